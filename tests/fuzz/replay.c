/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target without the fuzzer: runs it over files and the files of folders, as a TAP test.
 *
 *     replay_scan [FILE|FOLDER]…      without any: tests/fuzz/corpus/REPLAY_CORPUS
 *
 * A finding aborts, which the harness reports with the name of the file that was announced.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"

enum { INPUT_MAX = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replayed;

static bool replay_file(const char *path, struct error *err)
{
    AUTO(buffer_done) struct buffer input = {.max = INPUT_MAX};
    if (!file_read(path, &input, err))
        return false;
    printf("# %s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(input.data, input.len);
    printf("ok %d - %s\n", ++replayed, path);
    return true;
}

static bool replay(const char *path, struct error *err)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return replay_file(path, err);

    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    bool ok = count >= 0 || error_set(err, ERROR_IO, "%s cannot be listed", path);
    for (int i = 0; i < count; i++) {
        AUTO(cleanup_free) char *inner = file_join(path, entries[i]->d_name);
        if (ok && entries[i]->d_name[0] != '.')
            ok = inner ? replay_file(inner, err) : error_memory(err);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

int main(int argc, char **argv)
{
    const char *source = getenv("EXTRACT_SRCDIR");
    AUTO(cleanup_free)
    char *corpus = file_join(source ? source : ".", "tests/fuzz/corpus/" REPLAY_CORPUS);
    char *corpus_only[] = {argv[0], corpus};
    if (argc < 2) {
        argc = 2;
        argv = corpus_only;
    }

    struct error err;
    for (int i = 1; i < argc; i++)
        if (!replay(argv[i], &err)) {
            printf("Bail out! %s\n", err.text);
            return 1;
        }
    if (!replayed) {
        printf("Bail out! nothing to replay\n");
        return 1;
    }
    printf("1..%d\n", replayed);
    return 0;
}
