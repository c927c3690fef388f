#include "harness/run/defects.h"

#include <stddef.h>

/* The cache, and its twin. */
#define BUILTIN(NAME) .cache = "builtin:" NAME, .twin = "builtin:" NAME "?defence=1"

static const struct sf_defect defects[] = {
    {
        .id = "D02",
        .title = "an error path falls back on a coarser key than the fresh path",
        .seen_in = "nginx proxy_cache_use_stale; Apache Traffic Server as it comes",
        .needs = "a miss, and a camera slower than the cache's patience",
        BUILTIN("d02-fallback-by-model"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {
        .id = "D03",
        .title = "stale-while-revalidate serves any holder",
        .seen_in = "nginx proxy_cache_use_stale updating",
        .needs = "a refresh that takes longer than the time between two viewers' questions",
        BUILTIN("d03-stale-for-anybody"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {
        .id = "D06",
        .title = "a buffer is released twice",
        .seen_in = "Jetty CVE-2019-17638",
        .needs = "uploads that break off while others are on their way",
        BUILTIN("d06-double-release"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/poor-network.yaml",
    },
    {
        .id = "D07",
        .title = "a recycled buffer keeps a length from its last use",
        .seen_in = "Cloudbleed 2017; Varnish CVE-2019-20637; Tomcat CVE-2021-25122",
        .needs = "an upload that is cut short, into a buffer that was used before",
        BUILTIN("d07-stale-length"),
        .oracle = "no-stray-bytes",
        .scenario = "scenarios/gate/poor-network.yaml",
    },
    {
        .id = "D08",
        .title = "a still is evicted while it is being sent",
        .seen_in = "no published incident",
        .needs = "sending that takes time, and uploads or short memory meanwhile",
        BUILTIN("d08-no-pin"),
        .oracle = "no-stray-bytes",
        .scenario = "scenarios/gate/deploy.yaml",
    },
    {
        .id = "D10",
        .title = "reassembly under an identifier that is too short",
        .seen_in = "IPv4 fragments and RTP, whose identifiers have 16 bits",
        .needs = "many uploads under way at once",
        BUILTIN("d10-short-upload-id"),
        .oracle = "no-stray-bytes",
        .scenario = "scenarios/gate/mass-return.yaml",
    },
    {
        .id = "D11",
        .title = "a hash is cut short, and the full key is not compared",
        .seen_in = "cache keys configured for nginx and Varnish",
        .needs = "scale: of ninety homes two share sixteen bits in one run of seventeen",
        BUILTIN("d11-short-hash"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/mass-return.yaml",
    },
    {
        .id = "D13",
        .title = "device, slot and user are mapped in two steps, and a reader comes between",
        .seen_in = "Wyze 2024; Ubiquiti UniFi 2023; Eufy 2021",
        .needs = "everybody comes back at once after an outage, and look-ups take their time",
        BUILTIN("d13-mapping-race"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/mass-return.yaml",
    },
    {
        .id = "D15",
        .title = "the fix is deployed, the store that the fault has filled is kept",
        .seen_in = "nginx and Varnish, reloaded with other rules",
        .needs = "a deploy that hands over what is stored",
        BUILTIN("d15-kept-store"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/deploy.yaml",
    },
    {
        .id = "D21",
        .title = "an error picture is cached with an identity in it",
        .seen_in = "Varnish vcl_backend_error",
        .needs = "several viewers who wait in vain at once",
        BUILTIN("d21-shared-placeholder"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {
        .id = "D23",
        .title = "a lease expires, and who held it commits all the same",
        .seen_in = "nginx proxy_cache_lock_timeout; memcache leases",
        .needs = "a camera that is slower than the lease",
        BUILTIN("d23-recycled-lease"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {
        .id = "D24",
        .title = "a slot number that is local to a node is read by another",
        .seen_in = "no published incident",
        .needs = "a node that is lost or replaced while the shared directory lives on",
        BUILTIN("d24-local-slot"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/lost-node.yaml",
    },
    {
        .id = "D25",
        .title = "the current account is not cleared when a request ends early",
        .seen_in = "GitHub 2021; Tomcat CVE-2021-43980",
        .needs = "a request turned away, then another one on the same worker",
        BUILTIN("d25-context-kept"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {
        .id = "D30",
        .title = "time left in unsigned whole seconds never ends",
        .seen_in = "nginx, whose freshness is in whole seconds",
        .needs = "cameras that are silent for longer than their lease",
        BUILTIN("d30-lease-seconds"),
        .oracle = "no-stray-pixels",
        .scenario = "scenarios/gate/on-demand.yaml",
    },
    {.id = NULL},
};

const struct sf_defect *sf_defects(void)
{
    return defects;
}
