/* The entry points that libFuzzer and AFL++'s driver for libFuzzer targets look for. */
#include "fuzz/targets.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the target makes only once is made before AFL++ forks and before anything is measured; a
 * cache from a shared object, too, must be loaded by then. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    SF_FUZZ_START();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return SF_FUZZ_TARGET(data, size);
}
