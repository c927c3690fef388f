/* What every unit test includes. */
#ifndef STRAYFRAME_TESTS_UNIT_TEST_H
#define STRAYFRAME_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
