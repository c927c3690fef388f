/* `strayframe live`: real cache servers under test. The command's name, options and help; what it
 * does is in live.c, or, in the program strayframe, in live_start.c. */
#include "harness/cli/command.h"

static const struct cli_option live_options[] = {
    {"server", "NAME", "start this server: a name in share/servers, or a driver FILE.yaml"},
    {"config", "PATH", "its configuration, a template: a file, or a folder of them"},
    {"url", "URL", "instead of --server: a running cache, http://HOST:PORT"},
    {"matrix", "NAME",
     "play many cells: quick or full; without it, one cell from the options below"},
    {"identity", "HOW", "header:NAME, cookie:NAME, bearer, query:NAME or path (header:X-Tenant)"},
    {"origin-header", "LINE",
     "a header that the origin sends; {tenant} is the owner; may be repeated"},
    {"etag", "HOW", "the origin's ETags: none, same for all tenants, or own (none)"},
    {"path", "PATH", "of the URLs; {n} is their number, {tenant} the credential (/cam/{n})"},
    {"host", "NAME", "the Host header that viewers send"},
    {"condition", "WHAT", "ok, drop, 5xx, slow TIME, stall, cut or lossy SHARE (ok)"},
    {"arrival", "HOW", "gap TIME, stagger TIME or together (gap, as the server needs it)"},
    {"tenants", "N", "how many tenants ask for one URL (2)"},
    {"phase", "WHAT", "between the rounds: steady, reload, restart, purge or upgrade (steady)"},
    {"repeats", "N", "plays of each cell (3)"},
    {"time-out", "TIME", "the shortest time-out in the configuration (1s)"},
    {"patience", "TIME", "a viewer gives up after this long (4s)"},
    {"origin-listen", "HOST:PORT", "where our origin listens (127.0.0.1, any port)"},
    {"learn", "FILE", "judge a service by its own content: accounts and pages, docs/live.md"},
    {"outside", NULL, "learn: targets that are not on loopback, asked slowly"},
    {"expect", "FILE",
     "the cells that are known to leak: exit code 0 if these leak, and no others"},
    {"hold", NULL, "play no cell: keep server and origin running, for commands by hand"},
    CLI_OPTION_SET,
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

const struct cli_command cli_live = {
    .name = "live",
    .words = "[FILE]",
    .summary = "Judge a real cache server and its configuration",
    .details =
        "Starts the server with your configuration between an origin of ours, which serves marked\n"
        "stills, and viewers of several tenants, and checks the owner of each still that a viewer\n"
        "receives. The configuration is a template: write {LISTEN} for the address to listen on,\n"
        "{ORIGIN} for the origin's address, {DIR} for a folder to keep files in.\n"
        "FILE is a scenario with a section `live`, such as scenarios/live/boxing-day.yaml: each of "
        "its\n"
        "arms is played --repeats times (1); --server goes before its own. See docs/live.md.\n"
        "Exit "
        "code 0: no strays; 1: strays;\n"
        "3: inconclusive.",
    .options = live_options,
    .words_min = 0,
    .words_max = 1,
    .run = cli_live_run,
};
