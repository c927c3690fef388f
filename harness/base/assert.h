/* Assertions: what we promise ourselves. On in every build. A failed one prints the fact, its place
 * and the command that repeats the run, and aborts. Never used on bytes from outside. */
#ifndef STRAYFRAME_BASE_ASSERT_H
#define STRAYFRAME_BASE_ASSERT_H

#define SF_ASSERT(fact)                                  \
    do {                                                 \
        if (__builtin_expect(!(fact), 0)) {              \
            sf_assert_failed(#fact, __FILE__, __LINE__); \
        }                                                \
    } while (0)

/* Calls a check of a whole thing, sf_<thing>_check, where the build has SF_CHECKS (see
 * cmake/flags.cmake): what such a check costs grows with the thing. */
#if SF_CHECKS
#define SF_CHECK(call) (call)
#else
#define SF_CHECK(call) ((void)0)
#endif

/* For the branch that cannot be reached, such as the end of a switch over one of our enums. */
#define SF_UNREACHABLE() sf_assert_failed("unreachable", __FILE__, __LINE__)

_Noreturn void sf_assert_failed(const char *fact, const char *file, int line);

/* The command line that repeats what is running now, printed by a failed assertion. Copied, cut at
 * 1 KiB; NULL or "" for none. */
void sf_assert_repeat_command(const char *command);

#endif
