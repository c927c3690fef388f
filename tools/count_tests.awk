# Counts the cases in a JUnit file of ctest: a script is one case, a cmocka program has one for each of its functions.
# Prints `passed N`, `failed N` and `skipped N`, and a line for each failed or skipped case:
#
#   FAILED TEST
#   SKIPPED TEST: REASON
#
# A test that ctest could not start is a failure, although ctest counts it as skipped.

function plain(text) {
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&amp;/, "\\&", text)
    return text
}
function number_after(mark,   text) { # cmocka's `[  PASSED  ] 12 test(s)`
    if (!match($0, mark " [0-9]+ test\\(s\\)")) return 0
    text = substr($0, RSTART, RLENGTH)
    sub(/^[^]]*\] /, "", text)
    return text + 0
}
function report_skips(   i) {
    for (i = 1; i <= reasons_count; i++) print "SKIPPED " name ": " reasons[i]
    if (reasons_count == 0) print "SKIPPED " name ": no reason given"
}
function finish() {
    if (status == "fail") {
        failed += cases_failed > 0 ? cases_failed : 1
        passed += cases_passed
        print "FAILED " name
    } else if (status == "skip") {
        skipped++
        report_skips()
    } else {
        passed += cases_passed + cases_skipped > 0 ? cases_passed : 1
    }
    if (status != "skip" && cases_skipped > 0) {
        skipped += cases_skipped
        report_skips()
    }
}

/^\t<testcase name="/ {
    name = $0
    sub(/^\t<testcase name="/, "", name)
    sub(/".*/, "", name)
    name = plain(name)
    status = /status="run"/ ? "pass" : "fail"
    cases_passed = cases_failed = cases_skipped = reasons_count = 0
}
/<skipped message="SKIP_/ { status = "skip" }
match($0, /skipped: .*/) {
    reason = plain(substr($0, RSTART + length("skipped: ")))
    sub(/<\/system-out>.*/, "", reason)
    reasons[++reasons_count] = reason
}
{
    cases_passed += number_after("\\[  PASSED  \\]")
    cases_failed += number_after("\\[  FAILED  \\]")
    cases_skipped += number_after("\\[  SKIPPED \\]")
}
/^\t<\/testcase>/ { finish() }
END { printf "passed %d\nfailed %d\nskipped %d\n", passed, failed, skipped }
