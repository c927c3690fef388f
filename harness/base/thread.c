#include "harness/base/thread.h"

const void *sf_thread(void)
{
    static _Thread_local const char mark;
    return &mark;
}
