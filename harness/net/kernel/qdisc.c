#include "harness/net/kernel/qdisc.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/net/kernel/rtnl.h"
#include "harness/net/netem_grammar.h"

/* An interface that is being worked on. */
struct place {
    struct sf_rtnl rtnl;
    const char *interface;
    int index;
};

static enum sf_err open_place(const struct sf_namespace *space, const char *interface,
                              struct place *place, struct sf_diag *diag)
{
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    SF_TRY(sf_namespace_enter(&inside, diag));
    *place = (struct place){.interface = interface, .index = (int)if_nametoindex(interface)};
    sf_namespace_leave(&inside);
    if (place->index == 0) {
        return sf_fail(diag, SF_ERR_INPUT, "there is no interface '%.40s' there", interface);
    }
    return sf_rtnl_open(&place->rtnl, space, diag);
}

struct search {
    int index;
    struct sf_qdisc_state *state;
};

static void visit_qdisc(struct nlmsghdr *message, void *context)
{
    struct search *search = context;
    struct sf_qdisc_state state;
    int index;
    uint32_t parent;
    if (sf_qdisc_read(message, &index, &parent, &state) && index == search->index &&
        parent == TC_H_ROOT) {
        *search->state = state;
    }
}

static enum sf_err look(struct place *place, struct sf_qdisc_state *state_out, struct sf_diag *diag)
{
    *state_out = (struct sf_qdisc_state){0};
    struct search search = {.index = place->index, .state = state_out};
    struct nl_msg *message = sf_rtnl_message(RTM_GETQDISC, 0, sizeof(struct tcmsg));
    struct tcmsg header = {.tcm_family = AF_UNSPEC, .tcm_ifindex = place->index};
    sf_rtnl_append(message, &header, sizeof header);
    enum sf_err err = sf_rtnl_dump(&place->rtnl, message, visit_qdisc, &search, diag);
    nlmsg_free(message);
    return err;
}

/* Of a message that would have made one. Kernels before 4.12 give no reason in words. */
static bool says_no_netem(const struct sf_rtnl_reply *reply)
{
    return reply->error == ENOENT &&
           (reply->text[0] == '\0' || strstr(reply->text, "kind is unknown") != NULL);
}

static enum sf_err fail_no_netem(struct sf_diag *diag)
{
    return sf_fail(diag, SF_ERR_MACHINE,
                   "this kernel has no sch_netem: load it with 'modprobe sch_netem', or use a "
                   "kernel that is built with CONFIG_NET_SCH_NETEM; the model needs no kernel");
}

static enum sf_err send_verb(struct place *place, enum sf_qdisc_verb verb,
                             const struct sf_netem_config *config, enum sf_qdisc_extent extent,
                             struct sf_rtnl_reply *reply, struct sf_diag *diag)
{
    struct nl_msg *message;
    SF_TRY(
        sf_qdisc_message(place->index, verb, config, SF_QDISC_NANOSECONDS, extent, &message, diag));
    enum sf_err err = sf_rtnl_ask(&place->rtnl, message, reply, diag);
    nlmsg_free(message);
    return err;
}

static enum sf_err remove_here(struct place *place, struct sf_diag *diag)
{
    struct sf_rtnl_reply reply;
    SF_TRY(send_verb(place, SF_QDISC_REMOVE, NULL, SF_QDISC_BRIEF, &reply, diag));
    char what[64];
    snprintf(what, sizeof what, "remove netem from %s", place->interface);
    return reply.error == 0 ? SF_OK : sf_rtnl_refused(&reply, SF_ERR_MACHINE, what, diag);
}

/* Whether a table that may be in force would bend what `config` says without one. The kernel does
 * not tell whether there is a table. */
static bool table_would_stay(const struct sf_netem_config *config)
{
    return (config->jitter_ns > 0 && config->delay_table == NULL) ||
           (sf_netem_config_needs_queue(config) && config->slot_table == NULL);
}

static enum sf_err put_in_force(struct place *place, const struct sf_netem_config *config,
                                bool there, struct sf_qdisc_outcome *outcome, struct sf_diag *diag)
{
    if (there && table_would_stay(config)) {
        SF_TRY(remove_here(place, diag));
        outcome->restarted = true;
        there = false;
    }
    struct sf_rtnl_reply reply;
    SF_TRY(send_verb(place, there ? SF_QDISC_CHANGE : SF_QDISC_ADD, config,
                     there ? SF_QDISC_WHOLE : SF_QDISC_BRIEF, &reply, diag));
    if (reply.error == 0) {
        return SF_OK;
    }
    if (!there && says_no_netem(&reply)) {
        outcome->no_netem = true;
        return fail_no_netem(diag);
    }
    char what[64];
    snprintf(what, sizeof what, "set netem on %s", place->interface);
    return sf_rtnl_refused(&reply, SF_ERR_MACHINE, what, diag);
}

static struct sf_netem_config comparable(const struct sf_netem_config *config)
{
    struct sf_netem_config copy = *config;
    if (!sf_netem_config_needs_queue(config)) {
        copy.slot_packets_max = 0;
        copy.slot_bytes_max = 0;
        copy.slot_table_delay_ns = 0;
    }
    copy.delay_table = NULL;
    copy.slot_table = NULL;
    copy.seed = 0;
    copy.seed_given = false;
    return copy;
}

bool sf_qdisc_same(const struct sf_netem_config *asked, const struct sf_netem_config *shown)
{
    SF_ASSERT(asked != NULL);
    SF_ASSERT(shown != NULL);
    struct sf_netem_config a = comparable(asked);
    struct sf_netem_config b = comparable(shown);
    return sf_netem_config_same(&a, &b);
}

static enum sf_err check_shown(struct place *place, const struct sf_netem_config *config,
                               struct sf_qdisc_outcome *outcome, struct sf_diag *diag)
{
    struct sf_qdisc_state state;
    SF_TRY(look(place, &state, diag));
    if (!state.netem) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "the kernel took netem for %s but shows '%s' there now", place->interface,
                       state.kind);
    }
    outcome->seed_ignored = config->seed_given && !state.config.seed_given;
    bool seed_differs =
        config->seed_given && state.config.seed_given && config->seed != state.config.seed;
    if (sf_qdisc_same(config, &state.config) && !seed_differs) {
        return SF_OK;
    }
    struct sf_text text = {0};
    sf_netem_print(&state.config, &text);
    enum sf_err err =
        sf_fail(diag, SF_ERR_MACHINE, "the kernel made something else of it: %s", text.data);
    sf_text_free(&text);
    return err;
}

enum sf_err sf_qdisc_set(const struct sf_namespace *space, const char *interface,
                         const struct sf_netem_config *config, struct sf_qdisc_outcome *outcome_out,
                         struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(interface != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(outcome_out != NULL);
    *outcome_out = (struct sf_qdisc_outcome){0};
    SF_TRY(sf_qdisc_check(config, diag)); /* before anything is touched */
    struct place place;
    SF_TRY(open_place(space, interface, &place, diag));
    struct sf_qdisc_state before;
    enum sf_err err = look(&place, &before, diag);
    if (err != SF_OK) {
        goto out;
    }
    if (!before.netem && before.handle != 0) {
        err = sf_fail(diag, SF_ERR_INPUT,
                      "%s has a qdisc of its own, %s %x: at its root: remove that first with "
                      "'tc qdisc del dev %s root'",
                      interface, before.kind, before.handle >> 16, interface);
        goto out;
    }
    err = put_in_force(&place, config, before.netem, outcome_out, diag);
    if (err == SF_OK) {
        err = check_shown(&place, config, outcome_out, diag);
    }
out:
    sf_rtnl_close(&place.rtnl);
    return err;
}

enum sf_err sf_qdisc_remove(const struct sf_namespace *space, const char *interface,
                            struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(interface != NULL);
    struct place place;
    SF_TRY(open_place(space, interface, &place, diag));
    struct sf_qdisc_state state;
    enum sf_err err = look(&place, &state, diag);
    if (err == SF_OK && !state.netem) {
        err = sf_fail(diag, SF_ERR_INPUT, "there is no netem at the root of %s%s%s", interface,
                      state.kind[0] != '\0' ? " but " : "", state.kind);
    } else if (err == SF_OK) {
        err = remove_here(&place, diag);
    }
    sf_rtnl_close(&place.rtnl);
    return err;
}

enum sf_err sf_qdisc_look(const struct sf_namespace *space, const char *interface,
                          struct sf_qdisc_state *state_out, struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(interface != NULL);
    SF_ASSERT(state_out != NULL);
    struct place place;
    SF_TRY(open_place(space, interface, &place, diag));
    enum sf_err err = look(&place, state_out, diag);
    sf_rtnl_close(&place.rtnl);
    return err;
}

enum sf_err sf_qdisc_probe(struct sf_qdisc_abilities *abilities_out, struct sf_diag *diag)
{
    SF_ASSERT(abilities_out != NULL);
    *abilities_out = (struct sf_qdisc_abilities){0};
    struct sf_namespace space;
    SF_TRY(sf_namespace_create(&space, diag));
    /* The loopback interface of an empty namespace serves for a trial. */
    struct sf_netem_config config;
    sf_netem_config_default(&config);
    config.seed = 1;
    config.seed_given = true;
    struct sf_qdisc_outcome outcome;
    enum sf_err err = sf_qdisc_set(&space, "lo", &config, &outcome, diag);
    sf_namespace_fini(&space);
    if (outcome.no_netem) {
        return SF_OK;
    }
    SF_TRY(err);
    abilities_out->netem = true;
    abilities_out->seed = !outcome.seed_ignored;
    return SF_OK;
}
