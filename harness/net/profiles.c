#include "harness/net/profiles.h"

#include <stddef.h>
#include <string.h>

/* Each is one direction. The figures are orders of magnitude to test against, chosen so that the
 * links differ from each other in kind; none is a measurement of a real network, and each says
 * where it comes from. The limits are written out: tc's 1000 packets is right for none but the
 * first. */
const struct sf_netem_profile sf_netem_profiles[] = {
    /* A healthy home connection seen from a camera: some milliseconds of access network, jitter
     * well below the spacing of stills, loss as a wired line has it (about one in ten thousand). 20
     * Mbit/s is the uplink of an ordinary cable or VDSL contract. */
    {"good-home", "limit 1000 delay 12ms 2ms distribution normal loss 0.01% rate 20mbit",
     "wired line, 20 Mbit/s, 12 ms, next to no loss",
     "ours, orders of magnitude for a wired line; the best class of peak-hour loss in the FCC's "
     "Measuring Broadband America is below 0.4 %"},

    /* The uplink is full: a video is uploaded. What hurts is the standing queue (bufferbloat):
     * 64 full frames at 2 Mbit/s are 390 ms, which the limit stands for, and its tail drops. `rate`
     * keeps packets in order, as a real queue does. */
    {"congested-uplink", "limit 64 delay 25ms 8ms distribution paretonormal loss 0.2% rate 2mbit",
     "2 Mbit/s shared with an upload: a queue of up to 390 ms that overflows",
     "ours; the effect is bufferbloat: Gettys and Nichols, Dark Buffers in the Internet, ACM Queue "
     "2011; the 390 ms are 64 frames of 1514 bytes at 2 Mbit/s"},

    /* Radio with interference: losses come in bursts, so Gilbert and Elliott (enters a bad spell at
     * 1 packet in 50, leaves it at 1 in 5, loses half within: about 4.6 % overall in runs), and
     * link layer retries give delay a long tail. Retries that lost their acknowledgement duplicate.
     */
    {"bad-wifi",
     "limit 2000 delay 20ms 15ms distribution pareto loss gemodel 2% 20% 50% 0.01% duplicate 0.5%",
     "interference: 5 % loss in bursts, long-tailed delay, a few duplicates",
     "ours, in the loss model of Gilbert (1960) and Elliott (1963); losses measured indoors come "
     "in "
     "longer bursts still (Cardoso and de Rezende, IEEE Communications Letters 2009)"},

    /* The edge of coverage, where everything that a cache's error path can meet happens: near a
     * third of the packets lost in bursts of several, delays that vary by whole request time-outs,
     * packets that overtake each other, repeat and arrive damaged, and 256 kbit/s with a queue of
     * up to 4 s in front (100 frames of 1.3 KB). */
    {"extremely-poor",
     "limit 100 delay 300ms 200ms distribution paretonormal loss gemodel 12% 25% 90% 2% "
     "duplicate 2% corrupt 1% reorder 2% gap 3 rate 256kbit",
     "a third lost in bursts, 300 ms and more, duplicates, damage, 256 kbit/s",
     "ours, chosen so that every error path is met; the rate is that of a mobile link of the EDGE "
     "kind"},

    /* Nothing passes: a modem that reboots, a cut line. As a change mid-run it is the outage; what
     * was under way before still arrives. */
    {"outage", "limit 1000 loss 100%", "nothing passes", "what the word means"},

    {NULL, NULL, NULL, NULL},
};

const char *const sf_netem_profile_names[] = {"good-home",      "congested-uplink", "bad-wifi",
                                              "extremely-poor", "outage",           NULL};
_Static_assert(sizeof sf_netem_profiles / sizeof sf_netem_profiles[0] ==
                   sizeof sf_netem_profile_names / sizeof sf_netem_profile_names[0],
               "one name for each profile");

const struct sf_netem_profile *sf_netem_profile_find(const char *name)
{
    for (const struct sf_netem_profile *profile = sf_netem_profiles; profile->name != NULL;
         profile++) {
        if (strcmp(profile->name, name) == 0) {
            return profile;
        }
    }
    return NULL;
}
