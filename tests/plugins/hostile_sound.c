/* See hostile.h. */
#include "tests/plugins/hostile.h"
