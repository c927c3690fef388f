#!/bin/sh
# Opens every HTML page that the program writes in a real browser, wide and narrow, light and dark,
# and fails if the console complains, the page refers to the outside, a picture does not load,
# something reaches beyond the page, or text is too pale to read. The check has a canary: a page with
# all of these faults planted, which must be found.
#
#   report_look.sh STRAYFRAME           makes a small page of each kind with this program, and looks
#   report_look.sh PAGE.html [FOLDER]   looks at this page; leaves pictures of it in FOLDER
#
# Exit code 0: all is well; 1: it is not; 77: skipped.
set -u

here=$(cd "$(dirname "$0")" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo 'skipped: Chromium is not installed (package chromium)'
    exit 77
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

widths='1280 390'

# browse SCHEME ARGUMENTS...: the browser without a window, a profile of its own and no network.
browse() {
    scheme=$1
    shift
    dark=1
    [ "$scheme" = dark ] && dark=0
    rm -rf "$work/profile"
    timeout 3600 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --no-first-run --disable-background-networking --disable-component-update --disable-sync \
        --disable-default-apps --disable-extensions --host-resolver-rules='MAP * ~NOTFOUND' \
        --user-data-dir="$work/profile" --hide-scrollbars --enable-logging=stderr \
        --blink-settings=preferredColorScheme=$dark "$@"
}

# look PAGE SCHEME: what is wrong with it, into $work/problems; fails if the browser said nothing.
look() {
    {
        echo '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        echo '<title>look</title><script>'
        cat "$here/report_look.js"
        echo "</script><body onload=\"look('$2')\">"
        for width in $widths; do
            printf '<iframe name="%s" width="%s" height="2000" style="border:0" srcdoc="' \
                "$width" "$width"
            sed 's/&/\&amp;/g; s/"/\&quot;/g' "$1"
            printf '"></iframe>\n'
        done
    } > "$work/look.html"
    browse "$2" --window-size=1400,2000 --dump-dom "file://$work/look.html" \
        > "$work/dom" 2> "$work/stderr"
    if ! grep -q '^looked at' "$work/dom" || ! grep -q 'the console is heard' "$work/stderr"; then
        echo "the browser $browser did not answer:"
        tail -n 20 "$work/stderr"
        return 1
    fi
    {
        sed -n 's/^problem //p' "$work/dom" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
        grep 'CONSOLE' "$work/stderr" | grep -v 'the console is heard' | sed 's/^/console: /'
    } > "$work/problems"
}

# ---- the canary ----

faults='<h6>A heading too low</h6>
<p style="color: rgba(128, 128, 128, 0.3)">Pale</p>
<img alt="broken" src="data:image/jpeg;base64,AAAA">
<img src="http://127.0.0.1:9/outside.png">
<div style="width: 1300px">Wide</div>
<script>console.error("planted")</script>
<section><a href="#nowhere">Nowhere</a></section>
<table><tr><td>No header</td></tr></table>'

# sees_faults PAGE: are the faults found if this page has them?
sees_faults() {
    printf '%s\n' "$faults" > "$work/faults"
    sed -e "/<\/main>/{r $work/faults" -e 'N;}' "$1" > "$work/planted.html"
    look "$work/planted.html" light || return 1
    for fault in 'out of order' 'contrast' 'does not load: broken' 'no alternative text' \
        'refers to the outside' 'wider than the page' 'reaches beyond' 'console: ' 'has <script>' \
        'without a header' 'without a caption' 'section without a name' 'link to nothing'; do
        if ! grep -q "$fault" "$work/problems"; then
            echo "the check is blind: it did not find the planted fault '$fault'"
            return 1
        fi
    done
}

# ---- the pages ----

# make PAGE ARGUMENTS...: a page by the program; the verdict does not matter here.
make() {
    page=$1
    shift
    "$strayframe" "$@" --report "$page" > "$work/log" 2>&1
    code=$?
    if [ ! -s "$page" ] || [ $code -gt 3 ]; then
        echo "no page was made (exit code $code): $*"
        cat "$work/log"
        return 1
    fi
}

# look_at PAGE FOLDER: says what is wrong with it, and fails if something is.
look_at() {
    bad=0
    for scheme in light dark; do
        look "$1" "$scheme" || return 1
        if [ -s "$work/problems" ]; then
            bad=1
            echo "$scheme:"
            sort "$work/problems" | uniq -c | sort -rn | head -n 40
        fi
        echo "$(basename "$1"), $scheme: $(grep '^looked at' "$work/dom")"
        for width in $widths; do
            [ -z "$2" ] || take_picture "$1" "$2" "$scheme" "$width" || bad=1
        done
    done
    return $bad
}

take_picture() {
    height=$(sed -n "s/^height $4 //p" "$work/dom")
    [ "$height" -le 16000 ] || height=16000
    browse "$3" --window-size="$4,$height" --screenshot="$2/$(basename "$1" .html)-$4-$3.png" \
        "file://$(realpath "$1")" 2> "$work/stderr" > "$work/dom2"
    ! grep 'CONSOLE' "$work/stderr"
}

case ${1-} in
'')
    sed -n '/^#   report_look/s/^#   //p' "$0"
    exit 1
    ;;
*.html)
    [ -z "${2-}" ] || mkdir -p "$2" || exit 1
    sees_faults "$1" && look_at "$1" "${2-}"
    exit
    ;;
esac

strayframe=$1
# Few homes, so that it takes seconds: the page has the same parts. F6 cannot hold then, which shows the
# page of a replay that fails. The title is hostile.
make "$work/replay.html" replay --set homes.fleet.count=10 --set homes.poor.count=8 \
    --set 'title=</title><img src=x onerror=alert(1)> & "both" '\''quotes'\' || exit 1
# Most classes need more than this scenario, and are missed.
make "$work/prove.html" prove --seeds 1 --only scenarios/smoke/small.yaml || exit 1
make "$work/explain.html" explain scenarios/canary/stray-pixels.yaml || exit 1
# A gate with findings and a baseline; its scenario has a hostile name, and the limit is not kept.
hostile=$work/'<b onclick=x>&"quoted" and a name that goes on and on and on and on and on and on and on.yaml'
cp scenarios/gate/deploy.yaml "$hostile" || exit 1
make "$work/gate.html" gate --only "$hostile" --seeds 3 --candidate builtin:canary-tenantless \
    --baseline builtin:boxing-day-fix --max-regression own-share=0.1% || exit 1

failed=0
sees_faults "$work/explain.html" || exit 1
for page in "$work/replay.html" "$work/prove.html" "$work/explain.html" "$work/gate.html"; do
    look_at "$page" '' || failed=1
done
exit $failed
