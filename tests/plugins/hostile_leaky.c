/* See hostile.h: whatever else it does, it leaks, and must not talk its way out of that. */
#define LEAK
#include "tests/plugins/hostile.h"
