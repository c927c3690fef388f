#!/usr/bin/env bash
# The checker of the include rules is tested first: small trees, each with one include that must be
# refused by name, and one tree that must pass.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

# plant FILE LINE: a fresh tree with nothing but this line in this file, behind a harmless one.
plant() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/harness" "$tree/$(dirname "$1")"
    printf '#include <stdint.h>\n%s\n' "$2" > "$tree/$1"
}

must_refuse() {
    local file=$1 line=$2 out
    plant "$file" "$line"
    if out=$("$here/include_rules.sh" "$tree"); then
        echo "NOT caught: $file: $line"
        failed=1
    elif [[ $out != *"$file:2: "* ]]; then
        echo "caught, but not named: $file: $line"
        echo "$out"
        failed=1
    else
        echo "caught: ${out%%$'\n'*}"
    fi
}

must_allow() {
    plant "$1" "$2"
    "$here/include_rules.sh" "$tree" > /dev/null || { echo "refused, but fine: $1: $2"; failed=1; }
}

must_refuse harness/base/a.c        '#include "harness/sim/rng.h"'
must_refuse harness/sim/a.c         '#include "harness/net/netem.h"'
must_refuse harness/net/a.h         '#include "harness/scenario/plan.h"'
must_refuse harness/net/a.c         '#include "harness/net/kernel/rtnl.h"'
must_refuse harness/net/a.c         '#include <netlink/msg.h>'
must_refuse harness/net/kernel/a.c  '#include "harness/sim/queue.h"'
must_refuse harness/frame/a.c       '#include "harness/sim/rng.h"'
must_refuse harness/trace/a.c       '#include "harness/oracle/oracle.h"'
must_refuse harness/oracle/a.c      '#include "harness/world/world.h"'
must_refuse harness/oracle/a.c      '#include "harness/sim/queue.h"'
must_refuse harness/oracle/a.c      '#include "../run/world.h"'
must_refuse harness/oracle/a.c      '  #  include "harness/run/run.h"'
must_refuse harness/oracle/a.c      '#include WORLD'
must_refuse harness/oracle/a.c      '#include <time.h>'
must_refuse harness/scenario/a.c    '#include "sim_camera/config.h"'
must_refuse harness/cache/a.c       '#include "harness/sim/queue.h"'
must_refuse harness/report/a.c      '#include "harness/world/world.h"'
must_refuse harness/cli/a.c         '#include "sim_cloud/authorisation.h"'
must_refuse sim_camera/a.c          '#include "sim_hub/viewer.h"'
must_refuse sim_hub/a.c             '#include "sim_cloud/authorisation.h"'
must_refuse sim_cloud/a.c           '#include "sim_camera/camera.h"'
must_refuse sim_cloud/a.c           '#include "sim_cloud/caches/builtin.h"'
must_refuse sim_cloud/caches/a.c    '#include "sim_cloud/store.h"'
must_refuse sim_cloud/caches/a.c    '#include "harness/base/err.h"'
must_refuse sim_cloud/caches/a.c    '#include "harness/cache/host.h"'
must_refuse sim_cloud/caches/a.c    '#include <yaml.h>'
must_refuse sim_cloud/caches/a.c    '#include "kit.h"'
must_refuse harness/attic/a.c       '#include <stdio.h>'

must_allow harness/net/kernel/a.c   '#include <netlink/msg.h>'
must_allow harness/oracle/a.c       '#include "harness/trace/record.h"'
must_allow sim_hub/a.c              '#include "harness/scenario/param.h"'
must_allow sim_cloud/caches/a.c     '#include "harness/cache/strayframe_cache.h"'
must_refuse harness/judge/a.c       '#include "harness/world/world.h"'
must_refuse harness/gate/a.c        '#include "harness/world/world.h"'
must_refuse harness/gate/a.c        '#include "harness/shrink/shrink.h"'
must_refuse harness/replay/a.c      '#include "harness/gate/gate.h"'
must_refuse harness/measure/a.c     '#include "harness/world/world.h"'
must_allow harness/run/a.c          '#include "harness/world/world.h"'
must_refuse harness/run/a.c         '#include "harness/world/state.h"'
must_refuse harness/run/a.c         '#include "harness/world/home/home.h"'
must_refuse harness/world/network/a.c '#include "harness/world/home/home.h"'
must_refuse harness/world/network/a.c '#include "harness/world/cloud/cloud.h"'
must_refuse harness/world/network/a.c '#include "harness/world/routes.h"'
must_refuse harness/world/home/a.c  '#include "harness/world/cloud/cloud.h"'
must_refuse harness/world/home/a.c  '#include "harness/world/network/slotted_links.h"'
must_refuse harness/world/cloud/a.c '#include "harness/world/home/home.h"'
must_refuse harness/world/cloud/a.c '#include "harness/world/timeline.h"'
must_refuse harness/world/a.c       '#include "harness/world/home/private.h"'
must_allow harness/world/home/a.c   '#include "harness/world/network/network.h"'
must_allow harness/world/cloud/a.c  '#include "harness/world/state.h"'
must_allow harness/world/a.c        '#include "harness/world/cloud/cloud.h"'

# A checker that saw nothing has not passed.
rm -rf "${tree:?}"/*
mkdir "$tree/harness"
if "$here/include_rules.sh" "$tree" > /dev/null; then
    echo "NOT caught: a tree with nothing to check"
    failed=1
fi
exit $failed
