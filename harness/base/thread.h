/* Which thread is this? A mark that is the same in each call from one thread, and differs from
 * those of the threads that run beside it. Only for comparing. */
#ifndef STRAYFRAME_BASE_THREAD_H
#define STRAYFRAME_BASE_THREAD_H

const void *sf_thread(void);

#endif
