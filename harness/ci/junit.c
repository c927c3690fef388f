#include "harness/ci/formats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <libxml/xmlwriter.h>

#include "harness/base/assert.h"

static const xmlChar *as_xml(const char *text)
{
    return (const xmlChar *)text;
}

/* The text with U+FFFD in place of what is no UTF-8 or no character of XML. To be freed. */
static xmlChar *fit_for_xml(const char *text)
{
    struct sf_text fit = {0};
    sf_text_add(&fit, "%s", "");
    int left = (int)strlen(text);
    while (left > 0) {
        int length = left;
        int character = xmlGetUTF8Char((const unsigned char *)text, &length);
        bool fits = character > 0 && xmlIsCharQ(character);
        if (character < 0) {
            length = 1;
        }
        sf_text_add_bytes(&fit, fits ? text : "\xef\xbf\xbd", fits ? (size_t)length : 3);
        text += length;
        left -= length;
    }
    return (xmlChar *)fit.data;
}

/* The writer writes into memory and fails only without any: as sf_alloc does. */
static void must(int written)
{
    SF_ASSERT(written >= 0);
}

static void attribute(xmlTextWriter *xml, const char *name, const char *text)
{
    xmlChar *fit = fit_for_xml(text);
    must(xmlTextWriterWriteAttribute(xml, as_xml(name), fit));
    free(fit);
}

static void number(xmlTextWriter *xml, const char *name, uint32_t value)
{
    must(xmlTextWriterWriteFormatAttribute(xml, as_xml(name), "%" PRIu32, value));
}

static void seconds(xmlTextWriter *xml, double value)
{
    must(xmlTextWriterWriteFormatAttribute(xml, as_xml("time"), "%.3f", value));
}

static void write_case(xmlTextWriter *xml, const struct sf_ci_case *test)
{
    static const char *const elements[] = {NULL, "failure", "error", "skipped"};
    must(xmlTextWriterStartElement(xml, as_xml("testcase")));
    attribute(xml, "classname", test->group);
    attribute(xml, "name", test->name);
    seconds(xml, test->seconds);
    if (test->outcome != SF_CI_PASSED) {
        must(xmlTextWriterStartElement(xml, as_xml(elements[test->outcome])));
        attribute(xml, "message", test->message);
        if (test->repeat[0] != '\0') {
            xmlChar *fit = fit_for_xml(test->repeat);
            must(xmlTextWriterWriteString(xml, fit));
            free(fit);
        }
        must(xmlTextWriterEndElement(xml));
    }
    must(xmlTextWriterEndElement(xml));
}

static void write_property(xmlTextWriter *xml, const char *name, const char *value)
{
    must(xmlTextWriterStartElement(xml, as_xml("property")));
    attribute(xml, "name", name);
    attribute(xml, "value", value);
    must(xmlTextWriterEndElement(xml));
}

static void write_properties(xmlTextWriter *xml, const struct sf_ci_result *result)
{
    must(xmlTextWriterStartElement(xml, as_xml("properties")));
    write_property(xml, "verdict", result->verdict);
    write_property(xml, "reason", result->reason);
    write_property(xml, "command", result->command);
    for (uint32_t i = 0; i < result->properties_count; i++) {
        write_property(xml, result->properties[i].name, result->properties[i].value);
    }
    must(xmlTextWriterEndElement(xml));
}

static void write_counts(xmlTextWriter *xml, const struct sf_ci_result *result,
                         const uint32_t *counts)
{
    attribute(xml, "name", result->suite);
    number(xml, "tests", result->cases_count);
    number(xml, "failures", counts[SF_CI_FAILED]);
    number(xml, "errors", counts[SF_CI_BROKE]);
    seconds(xml, result->seconds);
}

void sf_ci_junit(const struct sf_ci_result *result, struct sf_text *out)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    uint32_t counts[SF_CI_OUTCOMES_COUNT] = {0};
    for (uint32_t i = 0; i < result->cases_count; i++) {
        counts[result->cases[i].outcome]++;
    }
    xmlBuffer *buffer = xmlBufferCreate();
    xmlTextWriter *xml = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    SF_ASSERT(xml != NULL);
    must(xmlTextWriterSetIndent(xml, 1));
    must(xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL));
    must(xmlTextWriterStartElement(xml, as_xml("testsuites")));
    write_counts(xml, result, counts);
    must(xmlTextWriterStartElement(xml, as_xml("testsuite")));
    write_counts(xml, result, counts);
    number(xml, "skipped", counts[SF_CI_SKIPPED]);
    write_properties(xml, result);
    for (uint32_t i = 0; i < result->cases_count; i++) {
        write_case(xml, &result->cases[i]);
    }
    must(xmlTextWriterEndDocument(xml));
    xmlFreeTextWriter(xml);
    sf_text_add_bytes(out, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
}
