/* Any text as the parameters of a link, with or without states: what is accepted prints, and what
 * was printed means the same and prints the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_states.h"

void sf_fuzz_netem_spec_start(void)
{
}

static void print_twice(const struct sf_netem_states *states)
{
    struct sf_text text = {0};
    struct sf_text again = {0};
    struct sf_netem_states *read = sf_alloc(1, sizeof *read);
    sf_netem_states_print(states, &text);
    enum sf_err err = sf_netem_states_parse(text.data, NULL, read, NULL, &(struct sf_diag){0});
    SF_ASSERT(err == SF_OK);
    SF_ASSERT(read->count == states->count);
    for (uint32_t i = 0; i < read->count; i++) {
        SF_ASSERT(sf_netem_config_same(&read->items[i].config, &states->items[i].config));
        SF_ASSERT(read->items[i].dwell_ns_min == states->items[i].dwell_ns_min);
        SF_ASSERT(read->items[i].dwell_ns_max == states->items[i].dwell_ns_max);
    }
    sf_netem_states_print(read, &again);
    SF_ASSERT(strcmp(text.data, again.data) == 0);
    sf_text_free(&text);
    sf_text_free(&again);
    free(read);
}

int sf_fuzz_netem_spec(const uint8_t *data, size_t size)
{
    char *text = sf_alloc(size + 1, 1);
    struct sf_netem_states *states = sf_alloc(1, sizeof *states);
    if (size > 0) {
        memcpy(text, data, size);
    }
    if (sf_netem_states_parse(text, NULL, states, NULL, &(struct sf_diag){0}) == SF_OK) {
        print_twice(states);
    }
    free(states);
    free(text);
    return 0;
}
