/* get_put.c with one mistake: its key forgets whose camera it is. The gate must refuse it. */
#define LEAK
#include "get_put.c"
