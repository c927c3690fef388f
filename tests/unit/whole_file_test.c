/* A file that is whole or not there. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/whole_file.h"
#include "tests/unit/test.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sf_whole_XXXXXX");
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static uint32_t entries_count(void)
{
    uint32_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void assert_holds(const char *path, const char *text)
{
    char found[64] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(found, 1, sizeof found - 1, file);
    fclose(file);
    assert_int_equal(count, strlen(text));
    assert_string_equal(found, text);
}

static void test_what_is_kept_is_there(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    assert_int_equal(sf_whole_file_write("kept", "one", 3, &diag), SF_OK);
    assert_holds("kept", "one");
    assert_int_equal(sf_whole_file_write("kept", "other", 5, &diag), SF_OK);
    assert_holds("kept", "other");
    assert_int_equal(entries_count(), 1);
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat("kept", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0666 & ~mask);
}

static void test_before_it_is_kept_the_old_one_stays(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct sf_whole_file whole;
    assert_int_equal(sf_whole_file_write("file", "old", 3, &diag), SF_OK);
    assert_int_equal(sf_whole_file_open(&whole, "file", &diag), SF_OK);
    fputs("new", whole.file);
    fflush(whole.file);
    assert_holds("file", "old");
    sf_whole_file_drop(&whole);
    assert_holds("file", "old");
    assert_int_equal(entries_count(), 1);
}

/* A limit on the length of files fails writes as a full disk does. */
static void test_a_full_disk_leaves_nothing_new(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    static char bytes[100000];
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {.rlim_cur = 8192, .rlim_max = before.rlim_max};
    assert_int_equal(sf_whole_file_write("file", "old", 3, &diag), SF_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum sf_err all_at_once = sf_whole_file_write("file", bytes, sizeof bytes, &diag);
    struct sf_whole_file whole;
    enum sf_err opened = sf_whole_file_open(&whole, "other", &diag);
    for (int i = 0; i < 1000; i++) {
        size_t ignored = fwrite(bytes, 1, 100, whole.file); /* noticed when it is kept */
        (void)ignored;
    }
    enum sf_err piece_by_piece = sf_whole_file_keep(&whole, &diag);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(all_at_once, SF_ERR_MACHINE);
    assert_int_equal(opened, SF_OK);
    assert_int_equal(piece_by_piece, SF_ERR_MACHINE);
    assert_non_null(strstr(diag.message, "other"));
    assert_holds("file", "old");
    assert_int_equal(entries_count(), 1);
}

static void test_what_is_no_file_is_not_replaced(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    assert_int_equal(sf_whole_file_write("/dev/null", "x", 1, &diag), SF_ERR_INPUT);
    assert_int_equal(sf_whole_file_write(folder, "x", 1, &diag), SF_ERR_INPUT);
    assert_int_equal(sf_whole_file_write("", "x", 1, &diag), SF_ERR_INPUT);
    assert_int_equal(sf_whole_file_write("no/such/folder", "x", 1, &diag), SF_ERR_INPUT);
    struct stat status;
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

static void test_a_link_stays_a_link(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct stat status;
    assert_int_equal(sf_whole_file_write("target", "old", 3, &diag), SF_OK);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(sf_whole_file_write("link", "new", 3, &diag), SF_OK);
    assert_holds("target", "new");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_kept_is_there, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_before_it_is_kept_the_old_one_stays, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_a_full_disk_leaves_nothing_new, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_what_is_no_file_is_not_replaced, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_a_link_stays_a_link, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
