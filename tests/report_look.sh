#!/bin/sh
# Opens the HTML reports in a real browser, wide and narrow, light and dark, and fails if the console
# complains, the page refers to the outside, a picture does not load, something reaches beyond the
# page, or text is too pale to read. Before that it looks at a page with all of these faults, which it
# must find.
#
#   report_look.sh STRAYFRAME             makes a small report and a story with this program, and looks at
#                                         both
#   report_look.sh REPORT.html [FOLDER]   looks at this report; leaves pictures of it in FOLDER
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
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
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

# ---- the looker is looked at first ----

cat > "$work/faults.html" <<'PAGE'
<!doctype html>
<html lang="en"><title>Faults</title>
<style>body { background: #fff; color: #111 } p { color: #999 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } p { color: #555 } }
</style>
<h1>Faults</h1><h3>A heading too low</h3>
<p>Pale</p>
<img alt="broken" src="data:image/jpeg;base64,AAAA">
<img alt="outside" src="http://127.0.0.1:9/outside.png">
<div style="width: 1300px">Wide</div>
<script>console.error('planted')</script>
<table><tr><td>No header</td></tr></table>
PAGE
look "$work/faults.html" light || exit 1
for fault in 'out of order' 'contrast' 'does not load: broken' 'refers to the outside' \
    'wider than the page' 'planted' 'has <script>' 'without a header'; do
    if ! grep -q "$fault" "$work/problems"; then
        echo "the check is blind: it did not find the planted fault '$fault'"
        exit 1
    fi
done

# ---- the report ----

story=
case ${1-} in
'')
    sed -n '/^#   report_look/s/^#   //p' "$0"
    exit 1
    ;;
*.html)
    report=$1
    ;;
*)
    # A few homes only, so that it takes seconds; F6 cannot hold then, which shows the page of a
    # replay that fails. The title is hostile.
    report=$work/report.html
    "$1" replay --set homes.fleet.count=60 --report "$report" \
        --set 'title=</title><img src=x onerror=alert(1)> & "both" '\''quotes'\' > "$work/log" 2>&1
    code=$?
    if [ ! -s "$report" ] || [ $code -gt 3 ]; then
        echo "no report was made (exit code $code):"
        cat "$work/log"
        exit 1
    fi
    if ! "$1" explain scenarios/canary/stray-pixels.yaml --report "$work/story.html" \
        > "$work/log" 2>&1; then
        echo 'no story was made:'
        cat "$work/log"
        exit 1
    fi
    story=$work/story.html
    ;;
esac

[ -z "${2-}" ] || mkdir -p "$2" || exit 1
failed=0
for page in "$report" $story; do
    for scheme in light dark; do
        look "$page" "$scheme" || exit 1
        if [ -s "$work/problems" ]; then
            failed=1
            echo "$scheme:"
            sort "$work/problems" | uniq -c | sort -rn | head -n 40
        fi
        echo "$(basename "$page"), $scheme: $(grep '^looked at' "$work/dom")"
        for width in $widths; do
            if [ -n "${2-}" ]; then
                height=$(sed -n "s/^height $width //p" "$work/dom")
                [ "$height" -le 16000 ] || height=16000
                browse "$scheme" --window-size="$width,$height" \
                    --screenshot="$2/$(basename "$page" .html)-$width-$scheme.png" \
                    "file://$(realpath "$page")" 2> "$work/stderr" > "$work/dom2"
                if grep 'CONSOLE' "$work/stderr"; then
                    failed=1
                fi
            fi
        done
    done
done
exit $failed
