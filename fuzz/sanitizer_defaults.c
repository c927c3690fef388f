/* What AddressSanitizer does unless ASAN_OPTIONS says otherwise. */

const char *__asan_default_options(void);

/* What a run frees, 8 MB hold many times over; the usual 256 MB would have every run touch memory
 * that no processor has near, which took a sixth of the time. */
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8";
}
