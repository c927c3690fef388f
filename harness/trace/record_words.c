#include "harness/trace/record_words.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/bounds.h"

/* ---- types ---- */

/* clang-format off */
#define BIT(flag, word)        \
    {                          \
        (flag), (flag), (word) \
    }
#define VALUE(value, word)          \
    {                               \
        UINT16_MAX, (value), (word) \
    }
#define STATUS(value, word)             \
    {                                   \
        SF_STATUS_MASK, (value), (word) \
    }

#define FLAG_WORD(NAME, bit, word) BIT(SF_FLAG_##NAME, word),
static const struct sf_word flags_words[] = {SF_RECORD_FLAGS(FLAG_WORD){0}};
#undef FLAG_WORD
static const struct sf_word fate_words[] = {
    BIT(SF_FATE_LOST, "lost"),           BIT(SF_FATE_DUPLICATED, "duplicated"),
    BIT(SF_FATE_CORRUPTED, "corrupted"), BIT(SF_FATE_OVER_LIMIT, "over limit"),
    BIT(SF_FATE_ACK, "acknowledgement"), {0},
};
static const struct sf_word ending_words[] = {
    VALUE(SF_ENDING_COMPLETE, "complete"),
    VALUE(SF_ENDING_ABANDONED, "abandoned"),
    VALUE(SF_ENDING_NOT_MODIFIED, "not modified"),
    {0},
};
/* The names of SF_CACHE_STATUS_... */
static const struct sf_word status_words[] = {
    STATUS(0, "ok"),
    STATUS(1, "not found"),
    STATUS(2, "unavailable"),
    STATUS(3, "not modified"),
    STATUS(4, "partial"),
    BIT(SF_FLAG_STALE, "stale"),
    BIT(SF_FLAG_INCOMPLETE, "incomplete"),
    {0},
};
static const struct sf_word refusal_words[] = {
    VALUE(SF_REFUSED_NOT_OWNER, "not the owner"),
    VALUE(SF_REFUSED_NOT_LINKED, "not linked"),
    VALUE(SF_REFUSED_KILL_SWITCH, "kill switch"),
    VALUE(SF_REFUSED_NO_SESSION, "no session"),
    {0},
};
static const struct sf_word gave_up_words[] = {BIT(SF_GAVE_UP_LEFT, "leaves"), {0}};
static const struct sf_word options_words[] = {
    VALUE(SF_OPTIONS_TAKEN, "takes options"),
    VALUE(SF_OPTIONS_REFUSED, "refuses options"),
    VALUE(SF_OPTIONS_NOT_HEARD, "has no on_reconfigure for options"),
    {0},
};
static const struct sf_word identity_words[] = {
    VALUE(SF_IDENTITY_KNOWN, "knows"),
    VALUE(SF_IDENTITY_UNKNOWN, "does not know"),
    VALUE(SF_IDENTITY_FAILED, "fails on"),
    {0},
};
static const struct sf_word destination_flags_words[] = {
    BIT(SF_DESTINATION_ALLOWED, "allowed"),
    BIT(SF_DESTINATION_FOR_SETTINGS, "called for settings"),
    {0},
};
static const struct sf_word service_words[] = {
    VALUE(SF_SERVICE_IDENTITY, "identity service"),
    VALUE(SF_SERVICE_STORE, "shared store"),
    {0},
};
static const struct sf_word live_words[] = {
#define X(ID, words) VALUE(SF_LIVE_##ID, words),
    SF_LIVE_EVENTS(X)
#undef X
    {0},
};
static const struct sf_word operation_words[] = {
    VALUE(SF_OPERATION_GET, "get"),
    VALUE(SF_OPERATION_PUT, "put"),
    {0},
};
static const struct sf_word destination_words[] = {
    VALUE(SF_DESTINATION_NONE, "nowhere"),        VALUE(SF_DESTINATION_CLOUD, "cloud"),
    VALUE(SF_DESTINATION_BACKUP, "backup"),       VALUE(SF_DESTINATION_SETTINGS, "settings"),
    VALUE(SF_DESTINATION_ANALYTICS, "analytics"), {0},
};
static const struct sf_word linked_words[] = {VALUE(0, "unlinks"), VALUE(1, "links"), {0}};
static const struct sf_word blocked_words[] = {VALUE(0, "unblocks"), VALUE(1, "blocks"), {0}};
static const struct sf_word back_words[] = {VALUE(0, "is lost"), VALUE(1, "is back"), {0}};
static const struct sf_word service_on_words[] = {VALUE(0, "fails"), VALUE(1, "is back"), {0}};
static const struct sf_word power_words[] = {VALUE(0, "loses power"), VALUE(1, "has power"), {0}};
static const struct sf_word signed_in_words[] = {
    VALUE(0, "is signed out"), VALUE(1, "signs in"), {0}};
static const struct sf_word consents_words[] = {
    VALUE(0, "does not consent"), VALUE(1, "consents"), {0}};

static const struct sf_word callback_words[] = {
#define X(NAME, name) VALUE(SF_CALLBACK_##NAME, name),
    SF_CALLBACKS(X)
#undef X
    {0},
};
static const struct sf_word shared_words[] = {
    VALUE(0, "is no longer shared"), VALUE(1, "is shared"), {0}};

/* How a number of a type is said. */
enum form { DECIMAL, SIGNED, HEX, CLOCK, ID, LINK, HOME_OF_VIEWER, OF_VIEWER, WORDS };

static const struct type {
    enum form form;
    const char *noun;
    const char *none; /* SF_NOBODY */
    const char *unit;
    const struct sf_word *words;
    bool of_home; /* numbered as homes are */
} types[SF_FIELD_TYPES_COUNT] = {
    [SF_TYPE_TENANT] = {.form = ID, .noun = "tenant", .of_home = true},
    [SF_TYPE_TENANT_OR_NONE] = {.form = ID, .noun = "tenant", .none = "no tenant", .of_home = true},
    [SF_TYPE_CAMERA] = {.form = ID, .noun = "camera", .of_home = true},
    [SF_TYPE_VIEWER] = {.form = HOME_OF_VIEWER},
    [SF_TYPE_HOME] = {.form = ID, .noun = "home", .of_home = true},
    [SF_TYPE_LINK] = {.form = LINK, .noun = "link"},
    [SF_TYPE_NODE] = {.form = ID, .noun = "node", .none = "no node"},
    [SF_TYPE_VERSION] = {.form = ID, .noun = "version", .none = "no version"},
    [SF_TYPE_NUMBER] = {.form = DECIMAL},
    [SF_TYPE_HANDLE] = {.form = DECIMAL},
    [SF_TYPE_REQUEST] = {.form = OF_VIEWER},
    [SF_TYPE_SESSION] = {.form = OF_VIEWER},
    [SF_TYPE_CAPTURE] = {.form = DECIMAL},
    [SF_TYPE_BYTES] = {.form = DECIMAL},
    [SF_TYPE_PPM] = {.form = DECIMAL, .unit = "ppm"},
    [SF_TYPE_HASH] = {.form = HEX},
    [SF_TYPE_TIME] = {.form = CLOCK},
    [SF_TYPE_DUE] = {.form = CLOCK},
    [SF_TYPE_SPAN] = {.form = SIGNED, .unit = "ns"},
    [SF_TYPE_OFFSET_S] = {.form = SIGNED, .unit = "s"},
    [SF_TYPE_LOCAL_S] = {.form = SIGNED, .unit = "s"},
    [SF_TYPE_SERVICE] = {.form = WORDS, .words = service_words},
    [SF_TYPE_OPERATION] = {.form = WORDS, .words = operation_words},
    [SF_TYPE_DESTINATION] = {.form = WORDS, .words = destination_words},
    [SF_TYPE_FLAGS] = {.form = WORDS, .words = flags_words},
    [SF_TYPE_FATE] = {.form = WORDS, .words = fate_words},
    [SF_TYPE_ENDING] = {.form = WORDS, .words = ending_words},
    [SF_TYPE_STATUS] = {.form = WORDS, .words = status_words},
    [SF_TYPE_REFUSAL] = {.form = WORDS, .words = refusal_words},
    [SF_TYPE_GAVE_UP] = {.form = WORDS, .words = gave_up_words},
    [SF_TYPE_OPTIONS] = {.form = WORDS, .words = options_words},
    [SF_TYPE_IDENTITY] = {.form = WORDS, .words = identity_words},
    [SF_TYPE_DESTINATION_FLAGS] = {.form = WORDS, .words = destination_flags_words},
    [SF_TYPE_LINKED] = {.form = WORDS, .words = linked_words},
    [SF_TYPE_BLOCKED] = {.form = WORDS, .words = blocked_words},
    [SF_TYPE_NODE_BACK] = {.form = WORDS, .words = back_words},
    [SF_TYPE_SERVICE_ON] = {.form = WORDS, .words = service_on_words},
    [SF_TYPE_LIVE_EVENT] = {.form = WORDS, .words = live_words},
    [SF_TYPE_POWER_BACK] = {.form = WORDS, .words = power_words},
    [SF_TYPE_SIGNED_IN] = {.form = WORDS, .words = signed_in_words},
    [SF_TYPE_CONSENTS] = {.form = WORDS, .words = consents_words},
    [SF_TYPE_CALLBACK] = {.form = WORDS, .words = callback_words},
    [SF_TYPE_HOME_OR_NONE] = {.form = ID, .noun = "home", .none = "no home", .of_home = true},
    [SF_TYPE_SHARED] = {.form = WORDS, .words = shared_words},
};
/* clang-format on */

const struct sf_word *sf_field_words(enum sf_field_type type)
{
    SF_ASSERT(type < SF_FIELD_TYPES_COUNT);
    return types[type].words;
}

const char *sf_field_noun(enum sf_field_type type)
{
    SF_ASSERT(type < SF_FIELD_TYPES_COUNT);
    return types[type].noun != NULL ? types[type].noun : "";
}

const char *sf_field_none(enum sf_field_type type)
{
    SF_ASSERT(type < SF_FIELD_TYPES_COUNT);
    return types[type].none;
}

const char *sf_field_unit(enum sf_field_type type)
{
    SF_ASSERT(type < SF_FIELD_TYPES_COUNT);
    return types[type].unit != NULL ? types[type].unit : "";
}

/* ---- the text form ---- */

static void say_clock(int64_t ns, struct sf_text *out)
{
    if (ns < 0) {
        sf_text_add(out, "%s", ns == SF_DUE_LOST ? "never" : "when it leaves");
        return;
    }
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ".%09" PRId64, ns / SF_MINUTE,
                ns % SF_MINUTE / SF_SECOND, ns % SF_SECOND);
}

/* For whom: tests write records as they are numbered, users read sentences. */
enum counting { FROM_0, FROM_1 };

static void say_viewer(struct sf_viewer_id viewer, enum counting counting, struct sf_text *out)
{
    uint32_t home = sf_home_of_viewer(viewer).index;
    if (counting == FROM_0) {
        sf_text_add(out, "%s %" PRIu32, sf_viewer_kind_name(viewer), home);
    } else {
        sf_text_add(out, "%s of home %" PRIu32, sf_viewer_kind_name(viewer), home + 1);
    }
}

static void say_link(uint64_t number, enum counting counting, struct sf_text *out)
{
    struct sf_link_id link = sf_link_id((uint32_t)number);
    if (counting == FROM_0) {
        sf_text_add(out, "link %" PRIu64, number);
    } else {
        sf_text_add(out, "%s of home %" PRIu32, sf_link_is_up(link) ? "uplink" : "downlink",
                    sf_home_of_link(link).index + 1);
    }
}

/* A thing of a home has its number, and the first is 1; nodes and versions count from 0. */
static void say_id(const struct type *type, uint64_t number, enum counting counting,
                   struct sf_text *out)
{
    if (type->none != NULL && number == SF_NOBODY) {
        sf_text_add(out, "%s", type->none);
    } else {
        uint64_t first = counting == FROM_1 && type->of_home ? 1 : 0;
        sf_text_add(out, "%s %" PRIu64, type->noun, number + first);
    }
}

/* Every name that applies; what has none, as a number. */
static void say_words(const struct sf_word *words, uint64_t number, struct sf_text *out)
{
    const char *between = "";
    uint64_t rest = number;
    for (; words->word != NULL; words++) {
        if ((number & words->mask) == words->value) {
            sf_text_add(out, "%s%s", between, words->word);
            between = ", ";
            rest &= ~(uint64_t)words->mask;
        }
    }
    if (rest != 0) {
        sf_text_add(out, "%sflags 0x%" PRIx64, between, rest);
    }
}

/* "3 of hub 0": a number that a viewer, or the account service for it, has given. */
static void say_of_viewer(uint64_t number, enum counting counting, struct sf_text *out)
{
    sf_text_add(out, "%" PRIu32, (uint32_t)number);
    if (number >> 32 != 0) {
        sf_text_add(out, " of ");
        say_viewer(sf_viewer_id((uint32_t)(number >> 32)), counting, out);
    }
}

static void say_number(const struct type *type, uint64_t number, enum counting counting,
                       struct sf_text *out)
{
    switch (type->form) {
    case ID:
        say_id(type, number, counting, out);
        return;
    case LINK:
        say_link(number, counting, out);
        return;
    case HOME_OF_VIEWER:
        say_viewer(sf_viewer_id((uint32_t)number), counting, out);
        return;
    case OF_VIEWER:
        say_of_viewer(number, counting, out);
        return;
    case HEX:
        sf_text_add(out, "%016" PRIx64, number);
        return;
    case CLOCK:
        say_clock((int64_t)number, out);
        return;
    case SIGNED:
        sf_text_add(out, "%" PRId64, (int64_t)number);
        break;
    case DECIMAL:
        sf_text_add(out, "%" PRIu64, number);
        break;
    case WORDS:
        say_words(type->words, number, out);
        return;
    }
    sf_text_add(out, "%s%s", type->unit != NULL ? " " : "", type->unit != NULL ? type->unit : "");
}

/* What is in a field, as its type has it: 32 bits of a signed type are signed. */
static uint64_t number_of(const struct sf_record *record, const struct sf_field *field)
{
    uint64_t number = sf_place_get(record, field->place);
    return field->type == SF_TYPE_OFFSET_S ? (uint64_t)(int64_t)(int32_t)number : number;
}

static bool is_silent(const struct sf_record *record, const struct sf_field *field)
{
    bool bits = field->type == SF_TYPE_FLAGS || field->type == SF_TYPE_FATE ||
                field->type == SF_TYPE_GAVE_UP || field->type == SF_TYPE_DESTINATION_FLAGS;
    return !sf_place_is_used(record, field->place) ||
           (bits && sf_place_get(record, field->place) == 0);
}

static void say_field(const struct sf_record *record, const struct sf_field *field,
                      enum counting counting, struct sf_text *out)
{
    sf_text_add(out, "%s%s", field->label, field->label[0] != '\0' ? " " : "");
    say_number(&types[field->type], number_of(record, field), counting, out);
}

static void say_record(const struct sf_record *record, enum counting counting, struct sf_text *out)
{
    const struct sf_kind *kind = sf_record_kind((enum sf_record_kind)record->kind);
    const struct sf_field *field = kind->fields;
    say_clock(record->at_ns, out);
    if (field->name != NULL && field->place == SF_PLACE_WHO) {
        sf_text_add(out, " ");
        say_field(record, field++, counting, out);
    }
    sf_text_add(out, "%s%s", kind->verb[0] != '\0' ? " " : "", kind->verb);
    const char *between = " ";
    for (; field->name != NULL; field++) {
        if (!is_silent(record, field)) {
            sf_text_add(out, "%s", between);
            say_field(record, field, counting, out);
            between = ", ";
        }
    }
}

void sf_record_say(const struct sf_record *record, struct sf_text *out)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(out != NULL);
    say_record(record, FROM_0, out);
}

void sf_record_tell(const struct sf_record *record, struct sf_text *out)
{
    SF_ASSERT(record != NULL);
    SF_ASSERT(out != NULL);
    say_record(record, FROM_1, out);
}

void sf_record_say_difference(const struct sf_record *first, const struct sf_record *second,
                              struct sf_text *out)
{
    SF_ASSERT(first != NULL);
    SF_ASSERT(second != NULL);
    SF_ASSERT(out != NULL);
    const char *between = "";
    if (first->at_ns != second->at_ns) {
        sf_text_add(out, "the time");
        between = ", ";
    }
    if (first->kind != second->kind) {
        sf_text_add(out, "%swhat happened", between);
        return; /* the fields of different kinds mean different things */
    }
    const struct sf_field *field = sf_record_kind((enum sf_record_kind)first->kind)->fields;
    for (; field->name != NULL; field++) {
        if (sf_place_get(first, field->place) != sf_place_get(second, field->place)) {
            sf_text_add(out, "%s%s", between, field->name);
            between = ", ";
        }
    }
}

/* ---- from outside ---- */

/* The first number that is no value of a type. */
static uint64_t end_of(enum sf_field_type type, uint32_t homes_count)
{
    switch (type) {
    case SF_TYPE_TENANT:
    case SF_TYPE_TENANT_OR_NONE:
    case SF_TYPE_CAMERA:
    case SF_TYPE_HOME:
    case SF_TYPE_HOME_OR_NONE:
        return homes_count;
    case SF_TYPE_VIEWER:
        return SF_VIEWERS_PER_HOME * (uint64_t)homes_count;
    case SF_TYPE_LINK:
        return SF_LINKS_PER_HOME * (uint64_t)homes_count;
    case SF_TYPE_NODE:
        return SF_NODES_MAX;
    case SF_TYPE_VERSION:
    case SF_TYPE_NUMBER:
    case SF_TYPE_CAPTURE:
    case SF_TYPE_BYTES:
    case SF_TYPE_PPM:
        return UINT64_C(1) << 32;
    case SF_TYPE_TIME:
    case SF_TYPE_DUE:
        return UINT64_C(1) << 63;
    default: /* the rest: any number, or one of the words */
        return UINT64_MAX;
    }
}

void sf_record_bounds_init(struct sf_record_bounds *bounds, uint32_t homes_count)
{
    SF_ASSERT(bounds != NULL);
    SF_ASSERT(homes_count <= SF_HOMES_MAX);
    for (int type = 0; type < SF_FIELD_TYPES_COUNT; type++) {
        bounds->end[type] = end_of((enum sf_field_type)type, homes_count);
    }
}

/* Each bit of the number is in the mask of a word that applies. */
static bool has_words(const struct sf_word *words, uint64_t number)
{
    uint64_t rest = number;
    bool any = words->mask != UINT16_MAX && words->mask != SF_STATUS_MASK;
    for (; words->word != NULL; words++) {
        if ((number & words->mask) == words->value) {
            any = true;
            rest &= ~(uint64_t)words->mask;
        }
    }
    return any && rest == 0;
}

static bool field_fits(const struct sf_record_bounds *bounds, const struct sf_record *record,
                       const struct sf_field *field)
{
    uint64_t number = sf_place_get(record, field->place);
    const struct type *type = &types[field->type];
    if (!sf_place_is_used(record, field->place)) {
        return true;
    }
    if (type->words != NULL) {
        return has_words(type->words, number);
    }
    bool none = type->none != NULL && number == SF_NOBODY;
    bool no_time =
        field->type == SF_TYPE_DUE && (int64_t)number < 0 && (int64_t)number >= SF_DUE_TOLD_LATER;
    return number < bounds->end[field->type] || bounds->end[field->type] == UINT64_MAX || none ||
           no_time;
}

bool sf_record_fits(const struct sf_record_bounds *bounds, const struct sf_record *record)
{
    SF_ASSERT(bounds != NULL);
    SF_ASSERT(record != NULL);
    if (record->kind >= SF_RECORD_KINDS_COUNT || record->at_ns < 0) {
        return false;
    }
    const struct sf_field *field = sf_record_kind((enum sf_record_kind)record->kind)->fields;
    for (; field->name != NULL; field++) {
        if (!field_fits(bounds, record, field)) {
            return false;
        }
    }
    return true;
}

/* ---- documentation ---- */

static const char *const place_names[SF_PLACES_COUNT] = {
    [SF_PLACE_WHO] = "who",
    [SF_PLACE_A] = "a",
    [SF_PLACE_B] = "b",
    [SF_PLACE_C] = "c",
    [SF_PLACE_D] = "d",
    [SF_PLACE_D_HIGH] = "d >> 32",
    [SF_PLACE_D_LOW] = "d & 0xffffffff",
    [SF_PLACE_D_IF_WHOLE] = "d if whole",
    [SF_PLACE_D_IF_PART] = "d if not whole",
    [SF_PLACE_FLAGS] = "flags",
};

static const char *const type_names[SF_FIELD_TYPES_COUNT] = {
#define T(NAME, ctype, form, meaning) #NAME,
    SF_FIELD_TYPES(T)
#undef T
};

static const char *const type_meanings[SF_FIELD_TYPES_COUNT] = {
#define T(NAME, ctype, form, meaning) meaning,
    SF_FIELD_TYPES(T)
#undef T
};

void sf_record_say_fields(enum sf_record_kind kind, struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(kind < SF_RECORD_KINDS_COUNT);
    const char *between = "";
    for (const struct sf_field *field = sf_record_kind(kind)->fields; field->name != NULL;
         field++) {
        sf_text_add(out, "%s%s %s (%s)", between, place_names[field->place], field->name,
                    type_names[field->type]);
        between = ", ";
    }
}

static void document_words(const struct sf_word *words, struct sf_text *out)
{
    const char *between = "";
    for (; words->word != NULL; words++) {
        bool bit = words->mask == words->value;
        sf_text_add(out, bit ? "%s0x%x %s" : "%s%u %s", between, words->value, words->word);
        between = ", ";
    }
}

void sf_record_document(struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    sf_text_add(out, "| | kind | what happened | fields |\n| --- | --- | --- | --- |\n");
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        const struct sf_kind *row = sf_record_kind((enum sf_record_kind)kind);
        sf_text_add(out, "| %d | `%s` | %s | ", kind, row->name, row->meaning);
        sf_record_say_fields((enum sf_record_kind)kind, out);
        sf_text_add(out, " |\n");
    }
    sf_text_add(out, "\n| type | values |\n| --- | --- |\n");
    for (int type = 0; type < SF_FIELD_TYPES_COUNT; type++) {
        sf_text_add(out, "| %s | %s", type_names[type], type_meanings[type]);
        if (types[type].words != NULL) {
            document_words(types[type].words, out);
        }
        sf_text_add(out, " |\n");
    }
}
