/* The entry point that libFuzzer and AFL++'s driver for libFuzzer targets look for. */
#include "fuzz/fuzz_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return SF_FUZZ_TARGET(data, size);
}
