/* SPDX-License-Identifier: Apache-2.0 */
/* Prints, as JSON Lines, what came since the last time; the cursor is kept in a file.
 *
 *     cc -o reader reader.c $(pkg-config --cflags --libs govwire)
 *     ./reader tcp://news.example:7600 reader.key cursor 'region:3302 type:published'
 */
#include <govwire.h>

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    unsigned long long cursor = 0;
    FILE *file = argc < 4 ? NULL : fopen(argv[3], "a+");
    if (!file)
        return fprintf(stderr, "usage: reader BROKER KEY_FILE CURSOR_FILE [FILTER]\n"), 2;
    rewind(file);
    while (fscanf(file, "%llu", &cursor) == 1)
        continue;

    struct govwire_options options = {
        .broker = argv[1], .key_file = argv[2], .from = cursor + 1, .filter = argc > 4 ? argv[4] : NULL};
    struct govwire_item item;
    struct govwire *g;
    int got = govwire_open(&options, &g);
    if (got < 0)
        return fprintf(stderr, "reader: %s\n", govwire_error()), 1;
    while ((got = govwire_next(g, 10000, &item)) > 0 && item.kind != GOVWIRE_CAUGHT_UP) {
        if (item.kind == GOVWIRE_EVENT)
            puts(govwire_json(g, &item));
        govwire_done(g, item.seq);
        if (item.kind != GOVWIRE_GAP)
            fprintf(file, "%" PRIu64 "\n", item.seq); /* behind the event: killed between, it comes again */
        fflush(file);
    }
    if (got <= 0)
        fprintf(stderr, "reader: %s\n", got < 0 ? govwire_error() : govwire_trouble(g));
    govwire_close(g);
    return got <= 0;
}
