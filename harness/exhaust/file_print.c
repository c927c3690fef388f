/* A small-world file, printed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/exhaust/file.h"
#include "harness/exhaust/words.h"

/* Single quotes, doubled inside, are all that a text without control characters needs. */
static void print_text(const char *key, const char *text, struct sf_text *out)
{
    sf_text_add(out, "%s: '", key);
    for (const char *at = text; *at != '\0'; at++) {
        sf_text_add(out, *at == '\'' ? "''" : "%c", *at);
    }
    sf_text_add(out, "'\n");
}

static void print_world(const struct sf_small_world *world, struct sf_text *out)
{
    struct sf_small_world copy = *world;
    const char *comma = "";
    sf_text_add(out, "world:\n  name: %s\n", world->name);
    for (const struct sf_small_field *field = sf_small_fields; field->word != NULL; field++) {
        if (field->is_flag && *sf_small_flag(&copy, field)) {
            sf_text_add(out, "  %s: yes\n", field->word);
        } else if (!field->is_flag && *sf_small_number(&copy, field) != 0) {
            sf_text_add(out, "  %s: %u\n", field->word, *sf_small_number(&copy, field));
        }
    }
    if (world->numbering != SF_SMALL_NUMBERS_MIXED) {
        sf_text_add(out, "  numbers: %s\n", sf_small_numbering_words[world->numbering]);
    }
    sf_text_add(out, "  families: [");
    for (uint32_t i = 0; sf_small_family_words[i] != NULL; i++) {
        if ((world->families & 1u << i) != 0) {
            sf_text_add(out, "%s%s", comma, sf_small_family_words[i]);
            comma = ", ";
        }
    }
    sf_text_add(out, "]\n");
}

static void print_camera(const struct sf_small_world *world, uint32_t camera, struct sf_text *out)
{
    sf_text_add(out, "%c%u", 'a' + (int)sf_small_tenant_of(world, camera),
                camera / world->tenants + 1);
}

static void print_request(const struct sf_small_world *world, struct sf_small_event event,
                          struct sf_text *out)
{
    sf_text_add(out, "{camera: ");
    print_camera(world, event.a, out);
    sf_text_add(out, ", by: %s", sf_small_path_words[event.b & SF_SMALL_ASK_PATH]);
    if ((event.b & SF_SMALL_ASK_GUEST) != 0) {
        sf_text_add(out, ", of: guest");
    }
    if (event.c != 0) {
        sf_text_add(out, ", node: %u", event.c + 1u);
    }
    sf_text_add(out, "%s%s}", (event.b & SF_SMALL_ASK_NEW) != 0 ? ", connection: new" : "",
                (event.b & SF_SMALL_ASK_INTERRUPTED) != 0 ? ", takes: half" : "");
}

static void print_event(const struct sf_small_world *world, struct sf_small_event event,
                        struct sf_text *out)
{
    static const char *const lapses[] = {"2s", "30s", "10min"};
    sf_text_add(out, "  - %s", sf_small_kind_word(event.kind));
    if (sf_small_kind_operand(event.kind) == SF_SMALL_OF_NONE) {
        sf_text_add(out, "\n");
        return;
    }
    sf_text_add(out, ": ");
    if (sf_small_kind_operand_2(event.kind) == SF_SMALL_OF_HOW) {
        print_request(world, event, out);
    } else if (sf_small_kind_operand_2(event.kind) == SF_SMALL_OF_PART) {
        sf_text_add(out, "{of: %u, %s: %u}", event.a + 1u,
                    world->pieces == 0 || world->pieces == 2 ? "half" : "piece", event.b + 1u);
    } else if (sf_small_kind_operand(event.kind) == SF_SMALL_OF_CAMERA) {
        print_camera(world, event.a, out);
    } else if (sf_small_kind_operand(event.kind) == SF_SMALL_OF_LAPSE) {
        sf_text_add(out, "%s", lapses[event.a]);
    } else {
        sf_text_add(out, "%u", event.a + 1u);
    }
    sf_text_add(out, "\n");
}

void sf_small_file_print(const struct sf_small_file *file, const char *head, struct sf_text *out)
{
    while (head != NULL && *head != '\0') {
        size_t length = strcspn(head, "\n");
        sf_text_add(out, "# %.*s\n", (int)length, head);
        head += length + (head[length] == '\n');
    }
    sf_text_add(out, "small_world: 1\n");
    print_text("cache", file->cache, out);
    if (file->baseline[0] != '\0') {
        print_text("baseline", file->baseline, out);
    }
    if (file->has_reconfigure) {
        print_text("reconfigure", file->reconfigure, out);
    }
    sf_text_add(out, "expect: %s\nseed: %" PRIu64 "\n", sf_small_expect_words[file->expect],
                file->seed);
    print_world(&file->world, out);
    sf_text_add(out, "events:\n");
    for (uint32_t i = 0; i < file->order.count; i++) {
        print_event(&file->world, file->order.events[i], out);
    }
}
