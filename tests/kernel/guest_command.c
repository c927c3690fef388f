/* In the guest: `strayframe netem --dev`, on a named namespace. The program lies in the current
 * folder. */
#include <fcntl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/net/kernel/qdisc.h"
#include "harness/net/kernel/rtnl.h"
#include "harness/net/netem_grammar.h"
#include "tests/kernel/case_list.h"
#include "tests/kernel/guest_command.h"

enum { WORDS_MAX = 16 };

static void expect(int code, const char *const *words)
{
    char *argv[WORDS_MAX + 1] = {0}; /* execv wants them without const, and changes nothing */
    for (int i = 0; words[i] != NULL && i < WORDS_MAX; i++) {
        memcpy(&argv[i], &words[i], sizeof argv[i]);
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        execv("./strayframe", argv);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        die("the command crashed", words[2]);
    }
    int got = WEXITSTATUS(status);
    if (got != code) {
        printf("exit code %d instead of %d\n", got, code);
        die("the command behaves otherwise", words[2]);
    }
}

#define EXPECT(code, ...) \
    expect(code, (const char *const[]){"./strayframe", "netem", __VA_ARGS__, NULL})

/* What `ip netns add` leaves: a file that is the namespace. */
static void name_namespace(const char *name, struct sf_namespace *space)
{
    char path[64];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    mkdir("/run", 0755);
    mkdir("/run/netns", 0755);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0 || close(fd) != 0) {
        die("cannot make", path);
    }
    struct sf_diag diag = {0};
    if (space != NULL && sf_namespace_enter(space, &diag) != SF_OK) {
        die("entering", diag.message);
    }
    int result = mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL);
    if (space != NULL) {
        sf_namespace_leave(space);
    }
    if (result != 0) {
        die("cannot mount", path);
    }
}

static void look_for(const struct sf_namespace *space, bool netem, const char *spec)
{
    struct sf_qdisc_state state;
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    if (sf_qdisc_look(space, "v0", &state, &diag) != SF_OK ||
        sf_netem_parse(spec, &config, NULL, &diag) != SF_OK) {
        die("looking", diag.message);
    }
    if (state.netem != netem || (netem && !sf_qdisc_same(&config, &state.config))) {
        die("not in force on v0", spec);
    }
}

/* A qdisc that a user has put there already. */
static void set_other_qdisc(struct sf_namespace *space)
{
    struct sf_rtnl rtnl;
    struct sf_diag diag = {0};
    if (sf_namespace_enter(space, &diag) != SF_OK) {
        die("entering", diag.message);
    }
    int index = (int)if_nametoindex("v0");
    sf_namespace_leave(space);
    if (sf_rtnl_open(&rtnl, space, &diag) != SF_OK) {
        die("netlink", diag.message);
    }
    struct nl_msg *message = sf_rtnl_message(RTM_NEWQDISC, NLM_F_CREATE, 256);
    struct tcmsg header = {.tcm_ifindex = index, .tcm_parent = TC_H_ROOT, .tcm_handle = 1 << 16};
    sf_rtnl_append(message, &header, sizeof header);
    sf_rtnl_put_text(message, TCA_KIND, "pfifo");
    if (sf_rtnl_do(&rtnl, message, "set a pfifo", &diag) != SF_OK) {
        die("another qdisc", diag.message);
    }
    sf_rtnl_close(&rtnl);
}

void check_command(void)
{
    struct sf_namespace space;
    struct sf_diag diag = {0};
    if (sf_namespace_create(&space, &diag) != SF_OK) {
        die("a namespace", diag.message);
    }
    struct sf_namespace_end ends[2] = {{&space, "v0", NULL}, {&space, "v1", NULL}};
    if (sf_namespace_veth_pair(&ends[0], &ends[1], &diag) != SF_OK) {
        die("a cable", diag.message);
    }
    name_namespace("lab", &space);
    name_namespace("home", NULL);

    EXPECT(0, "delay 50ms 10ms loss 1%", "--seed", "7", "--dev", "v0", "--netns", "lab");
    look_for(&space, true, "delay 50ms 10ms loss 1%");
    EXPECT(0, "delay 20ms rate 1mbit", "--dev", "v0", "--netns", "lab", "--json");
    look_for(&space, true, "delay 20ms rate 1mbit");
    EXPECT(0, "--show", "--dev", "v0", "--netns", "lab");
    EXPECT(0, "--remove", "--dev", "v0", "--netns", "lab");
    look_for(&space, false, "");
    EXPECT(0, "--show", "--dev", "v0", "--netns", "lab", "--json");
    EXPECT(2, "--remove", "--dev", "v0", "--netns", "lab");
    EXPECT(2, "delay 1ms", "--dev", "v7", "--netns", "lab");
    /* The guest's own network, under whatever name. */
    EXPECT(2, "delay 1ms", "--dev", "lo", "--netns", "home");
    EXPECT(2, "delay 1ms", "--dev", "lo");
    EXPECT(0, "delay 1ms", "--dev", "lo", "--outside-namespace");
    EXPECT(0, "--remove", "--dev", "lo", "--outside-namespace");
    set_other_qdisc(&space);
    EXPECT(2, "delay 1ms", "--dev", "v0", "--netns", "lab");
    look_for(&space, false, "");
    umount("/run/netns/lab");
    umount("/run/netns/home");
    sf_namespace_fini(&space);
}
