// SPDX-License-Identifier: Apache-2.0
#include "list/xml.h"

#include "base/buf.h"
#include "base/str.h"
#include "html/decode.h"

#include <libxml/parser.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20, PREFIX_MAX = 8192, ESCAPED_MAX = 2 * GW_BODY_MAX };

// Does a reference that XML knows by itself begin at s ("&amp;", "&#8211;")?
static bool is_reference(struct gw_span s)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"};
    for (size_t i = 0; i < GW_COUNT(known); i++)
        if (gw_starts_with(s, known[i]))
            return true;
    return false;
}

// Bare ampersands and HTML's entities would be lost: both become text ("&amp;nbsp;"), which titles are read from as
// HTML. What stands in CDATA is text already.
static int escape_ampersands(struct gw_arena *arena, struct gw_span *text)
{
    struct gw_buf out = GW_BUF(ESCAPED_MAX);
    for (size_t i = 0; i < text->bytes;) {
        struct gw_span rest = {text->at + i, text->bytes - i};
        ptrdiff_t cdata_end = gw_starts_with(rest, "<![CDATA[") ? gw_find(rest, GW_SPAN("]]>")) : -1;
        size_t step = cdata_end > 0 ? (size_t)cdata_end + 3 : 1;
        gw_buf_add(&out, rest.at, step);
        if (*rest.at == '&' && !is_reference(rest))
            gw_buf_puts(&out, "amp;");
        i += step;
    }
    char *copy = gw_buf_ok(&out) ? gw_arena_strndup(arena, gw_buf_str(&out), out.bytes) : NULL;
    *text = (struct gw_span){copy, out.bytes};
    gw_buf_fini(&out);
    return copy ? 0 : gw_fail(GW_ELIMIT, "XML: too long");
}

int gw_xml_parse(struct gw_arena *arena, const struct gw_page_input *answer, xmlDoc **ret_doc)
{
    struct gw_decode_input input = {answer->bytes, answer->length, answer->content_type, answer->charset};
    struct gw_decoded decoded;
    int rc = gw_decode(arena, &input, &decoded);
    if (rc != 0)
        return rc;
    struct gw_span text = gw_span_trim(decoded.text); // a declaration must stand first, and often does not
    rc = escape_ampersands(arena, &text);
    if (rc != 0)
        return rc;
    const int options = XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    xmlDoc *doc = xmlReadMemory(text.at, (int)text.bytes, NULL, "UTF-8", options);
    if (doc && xmlDocGetRootElement(doc)) {
        *ret_doc = doc;
        return 0;
    }
    const xmlError *error = xmlGetLastError();
    gw_xml_free(doc);
    return gw_fail(GW_EINVAL, "not XML: line %d", error ? error->line : 1);
}

xmlDoc *gw_xml_free(xmlDoc *doc)
{
    if (doc)
        xmlFreeDoc(doc);
    return NULL;
}

bool gw_xml_is(const xmlNode *node, const char *name)
{
    if (!node || node->type != XML_ELEMENT_NODE)
        return false;
    const char *colon = strrchr((const char *)node->name, ':'); // a prefix that was never declared stays in the name
    return gw_str_eq_nocase(colon ? colon + 1 : (const char *)node->name, name);
}

xmlNode *gw_xml_child(const xmlNode *node, const char *name)
{
    for (xmlNode *child = node ? node->children : NULL; child; child = child->next)
        if (gw_xml_is(child, name))
            return child;
    return NULL;
}

static xmlNode *next_node(const xmlNode *root, const xmlNode *node)
{
    if (node->type == XML_ELEMENT_NODE && node->children)
        return node->children;
    while (node != root && !node->next)
        node = node->parent;
    return node == root ? NULL : node->next;
}

xmlNode *gw_xml_next(const xmlNode *root, const xmlNode *node, const char *name)
{
    for (xmlNode *next = next_node(root, node); next; next = next_node(root, next))
        if (name ? gw_xml_is(next, name) : next->type == XML_ELEMENT_NODE)
            return next;
    return NULL;
}

const char *gw_xml_text(struct gw_arena *arena, const xmlNode *node)
{
    struct gw_buf text = GW_BUF(TEXT_MAX);
    for (const xmlNode *n = node; n; n = next_node(node, n))
        if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) && n->content)
            gw_buf_puts(&text, (const char *)n->content);
    struct gw_span trimmed = gw_span_trim((struct gw_span){gw_buf_str(&text), text.bytes});
    const char *copy = gw_arena_strndup(arena, trimmed.at, trimmed.bytes);
    gw_buf_fini(&text);
    return copy ? copy : "";
}

const char *gw_xml_attr(struct gw_arena *arena, const xmlNode *node, const char *name)
{
    for (const xmlAttr *a = node && node->type == XML_ELEMENT_NODE ? node->properties : NULL; a; a = a->next) {
        if (!gw_str_eq_nocase((const char *)a->name, name))
            continue;
        struct gw_buf text = GW_BUF(TEXT_MAX);
        for (const xmlNode *n = a->children; n; n = n->next)
            if (n->content)
                gw_buf_puts(&text, (const char *)n->content);
        const char *copy = gw_arena_strdup(arena, gw_buf_str(&text));
        gw_buf_fini(&text);
        return copy;
    }
    return NULL;
}

// Behind "<?…?>", "<!--…-->" or "<!…>" at s; s itself when none begins there.
static const char *behind_prolog(const char *s, const char *end)
{
    struct gw_span rest = {s, (size_t)(end - s)};
    const char *close = gw_starts_with(rest, "<?")     ? "?>"
                        : gw_starts_with(rest, "<!--") ? "-->"
                        : gw_starts_with(rest, "<!")   ? ">"
                                                       : NULL;
    ptrdiff_t at = close ? gw_find(rest, gw_span_of(close)) : -1, subset = gw_find(rest, GW_SPAN("["));
    if (close && *close == '>' && subset >= 0 && subset < at) { // a doctype with declarations in brackets
        ptrdiff_t subset_end = gw_find(rest, GW_SPAN("]>"));
        at = subset_end < 0 ? -1 : subset_end + 1;
    }
    return at < 0 ? s : s + at + strlen(close);
}

bool gw_xml_begins_with(const struct gw_page_input *answer, const char *name)
{
    const char *s = answer->bytes, *end = s + (answer->length < PREFIX_MAX ? answer->length : PREFIX_MAX);
    if (end - s >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
        s += 3;
    for (const char *before = NULL; s != before;) {
        before = s;
        while (s < end && gw_is_space((unsigned char)*s))
            s++;
        s = behind_prolog(s, end);
    }
    if (s >= end || *s++ != '<')
        return false;
    const char *from = s;
    for (; s < end && !gw_is_space((unsigned char)*s) && *s != '>' && *s != '/'; s++)
        if (*s == ':')
            from = s + 1;
    return gw_span_eq_nocase((struct gw_span){from, (size_t)(s - from)}, gw_span_of(name));
}
