// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include "base/err.h"

#include <string.h>

#define BODY                                                                                                                                                           \
    "各区县人民政府，市直各单位：\n现将《海澜市中小企业技术改造补助办法》印发给你们。\n单个项目补助不超过300万元，" \
    "申报截止日期为2026年3月31日。"

static Gw__Proof *proof_of(Gw__Proof *proof, char *quote)
{
    const char *at = strstr(BODY, quote);
    gw_assert(at);
    gw__proof__init(proof);
    proof->quote = quote;
    proof->place = GW__PLACE__PLACE_BODY;
    proof->start = (uint32_t)(at - BODY);
    proof->end = proof->start + (uint32_t)strlen(quote);
    proof->confidence = 900;
    return proof;
}

static Gw__Proof *proof_elsewhere(Gw__Proof *proof, Gw__Place place, char *quote)
{
    gw__proof__init(proof);
    proof->quote = quote;
    proof->place = place;
    proof->confidence = 1000;
    return proof;
}

// A list of one element, in static memory of the calling block.
#define ONE(message, field, count, Type, init_fn)                                                                      \
    static Type field##_one;                                                                                           \
    static Type *field##_list[1] = {&field##_one};                                                                     \
    init_fn(&field##_one);                                                                                             \
    (message)->count = 1;                                                                                              \
    (message)->field = field##_list

static void fill_facts(Gw__Document *d)
{
    static Gw__Proof proofs[8];
    ONE(d, issuers, n_issuers, Gw__Body, gw__body__init);
    issuers_one.name = issuers_one.canonical = "海澜市工业和信息化局";
    issuers_one.level = "municipal";
    issuers_one.proof = proof_elsewhere(&proofs[0], GW__PLACE__PLACE_META, "海澜市工业和信息化局");
    ONE(d, regions, n_regions, Gw__Region, gw__region__init);
    regions_one.code = "330200";
    regions_one.name = "海澜市";
    regions_one.proof = proof_elsewhere(&proofs[1], GW__PLACE__PLACE_TITLE, "海澜市");
    ONE(d, people, n_people, Gw__Person, gw__person__init);
    people_one.name = "林知远";
    people_one.title = "局长";
    people_one.proof = proof_elsewhere(&proofs[7], GW__PLACE__PLACE_META, "局长林知远");
    ONE(d, amounts, n_amounts, Gw__Amount, gw__amount__init);
    amounts_one.value = "3000000";
    amounts_one.currency = "CNY";
    amounts_one.comparator = "lte";
    amounts_one.proof = proof_of(&proofs[2], "不超过300万元");
    ONE(d, quantities, n_quantities, Gw__Quantity, gw__quantity__init);
    quantities_one.value = "300";
    quantities_one.unit = "万元";
    quantities_one.comparator = "eq";
    quantities_one.proof = proof_of(&proofs[3], "300万元");
    ONE(d, dates, n_dates, Gw__DateFact, gw__date_fact__init);
    dates_one.role = "deadline";
    dates_one.value = "2026-03-31";
    dates_one.proof = proof_of(&proofs[4], "2026年3月31日");
    ONE(d, measures, n_measures, Gw__Measure, gw__measure__init);
    measures_one.ordinal = 1;
    measures_one.head = "单个项目补助";
    measures_one.proof = proof_of(&proofs[5], "单个项目补助");
    ONE(d, references, n_references, Gw__Reference, gw__reference__init);
    references_one.title = "海澜市中小企业技术改造补助办法";
    references_one.relation = "cites";
    references_one.proof = proof_of(&proofs[6], "《海澜市中小企业技术改造补助办法》");
    ONE(d, attachments, n_attachments, Gw__Attachment, gw__attachment__init);
    attachments_one.name = "申报表.docx";
    attachments_one.url = "https://gxj.hailan.example/files/a.docx";
}

static void fill_evidence(Gw__Document *d)
{
    static char *topics[] = {"manufacturing", "subsidies"}, *addressees[] = {"各区县人民政府", "市直各单位"};
    static char *channel[] = {"首页", "政策文件"}, *alternatives[] = {"关于印发 (h1)"};
    d->topics = topics, d->n_topics = 2;
    d->addressees = addressees, d->n_addressees = 2;
    d->channel = channel, d->n_channel = 2;
    ONE(d, evidence, n_evidence, Gw__Evidence, gw__evidence__init);
    evidence_one.field = "title";
    evidence_one.from = "meta:ArticleTitle";
    evidence_one.confidence = 980;
    evidence_one.alternatives = alternatives, evidence_one.n_alternatives = 1;
}

Gw__Document *sample_document(void)
{
    static Gw__Document d;
    gw__document__init(&d);
    d.url = d.canonical_url = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    d.title = "海澜市中小企业技术改造补助办法";
    d.body = BODY;
    d.lang = "zh";
    d.published = "2026-01-15T09:30+08:00";
    d.written = "2026-01-12";
    d.source = "市工信局";
    d.kind = "notice";
    d.doc_number = "海工信〔2026〕7号";
    d.site_id_code = "3302990001";
    d.pages = 1;
    fill_facts(&d);
    fill_evidence(&d);
    return &d;
}

static Gw__Row *fill_row(Gw__Row *row)
{
    gw__row__init(row);
    row->title = "海澜市中小企业技术改造补助办法";
    row->url = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    row->date = "2026-01-15";
    return row;
}

static Gw__Rows *sample_rows(void)
{
    static Gw__Rows rows;
    static char *next[] = {"https://gxj.hailan.example/zcwj/index_1.html"};
    gw__rows__init(&rows);
    ONE(&rows, rows, n_rows, Gw__Row, gw__row__init);
    fill_row(&rows_one);
    rows.how = "family:trs";
    rows.next = next, rows.n_next = 1;
    return &rows;
}

static Gw__Target *sample_target(void)
{
    static Gw__Target t;
    static Gw__Row row;
    static uint8_t digest[32] = {1, 2, 3};
    gw__target__init(&t);
    t.url = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    t.source_id = "hailan-gxj";
    t.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    t.row = fill_row(&row);
    t.etag = "\"65a0-1f\"";
    t.digest = (ProtobufCBinaryData){sizeof digest, digest};
    t.next_due_ms = 1800000000000;
    t.reads = 3;
    return &t;
}

static Gw__Health *sample_health(void)
{
    static Gw__Health h;
    gw__health__init(&h);
    h.state = "degraded";
    h.reason = "timeout";
    h.since_ms = 1790000000000;
    return &h;
}

Gw__Observation *sample_observation(void)
{
    static Gw__Observation o;
    static Gw__Response response;
    static uint8_t sha256[32] = {9, 8, 7};
    gw__observation__init(&o);
    gw__response__init(&response);
    response.status = 200;
    response.final_url = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    response.content_type = "text/html; charset=gb2312";
    response.charset = "gb18030 (header)";
    response.sha256 = (ProtobufCBinaryData){sizeof sha256, sha256};
    response.body_bytes = 20480;
    ONE(&response, hops, n_hops, Gw__Hop, gw__hop__init);
    hops_one.url = "http://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    hops_one.status = 301;
    o.source_id = "hailan-gxj";
    o.url = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    o.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    o.fetched_ms = 1795000000000;
    o.response = &response;
    o.extractor = 1;
    o.reading_case = GW__OBSERVATION__READING_DOCUMENT;
    o.document = sample_document();
    o.target = sample_target();
    o.health = sample_health();
    return &o;
}

static Gw__Observation *failed_observation(void)
{
    static Gw__Observation o;
    gw__observation__init(&o);
    o.source_id = "hailan-gxj";
    o.url = "https://gxj.hailan.example/zcwj/202601/t20260115_1002.html";
    o.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    o.fetched_ms = 1795000000001;
    o.failure = GW__FAILURE__FAILURE_READER_TIME;
    o.failure_detail = "the reader used 2.0 s of 2.0 s";
    return &o;
}

static void fill_change(Gw__Event *e)
{
    static Gw__Change change;
    gw__change__init(&change);
    ONE(&change, fields, n_fields, Gw__FieldChange, gw__field_change__init);
    fields_one.field = "title";
    fields_one.before = "海澜市技改补助办法";
    fields_one.after = "海澜市中小企业技术改造补助办法";
    ONE(&change, paragraphs, n_paragraphs, Gw__ParagraphChange, gw__paragraph_change__init);
    paragraphs_one.op = GW__DIFF_OP__DIFF_CHANGED;
    paragraphs_one.paragraph = 2;
    paragraphs_one.before = "2026年2月28日";
    paragraphs_one.after = "2026年3月31日";
    change.previous_event_id = "00112233445566778899aabbccddeeff";
    change.significance = "date";
    e->change = &change;
}

Gw__Event *sample_event(void)
{
    static Gw__Event e;
    static Gw__Cluster cluster;
    static Gw__Original original;
    static Gw__Provenance provenance;
    gw__event__init(&e);
    e.stream = GW__STREAM__STREAM_POLICY;
    e.event_id = "ffeeddccbbaa99887766554433221100";
    e.type = "revised";
    e.source_id = "hailan-gxj";
    e.subject = "https://gxj.hailan.example/zcwj/202601/t20260115_1001.html";
    e.stored_ms = 1795000000500;
    e.revision = 2;
    e.document_id = "0123456789abcdef";
    e.document = sample_document();
    fill_change(&e);
    gw__original__init(&original);
    original.event_id = "ffeeddccbbaa99887766554433221100";
    gw__cluster__init(&cluster);
    cluster.id = "c1";
    cluster.original = &original;
    e.cluster = &cluster;
    gw__provenance__init(&provenance);
    provenance.node = "collect-1";
    provenance.msgno = 42;
    provenance.epoch = 3;
    e.provenance = &provenance;
    return &e;
}

static Gw__Request *fill_request(Gw__Request *request)
{
    gw__request__init(request);
    request->url = "/api/list?page={n}";
    request->method = "POST";
    ONE(request, headers, n_headers, Gw__Pair, gw__pair__init);
    headers_one.key = "Referer";
    headers_one.value = "{url}";
    return request;
}

static Gw__Source *sample_source(void)
{
    static Gw__Source s;
    static Gw__ListRule list;
    static Gw__ArticleRule article;
    static Gw__FetchRule fetch;
    static Gw__Withdrawal withdrawal;
    static Gw__Request request;
    static uint64_t revisit[] = {3600000, 86400000, 604800000};
    static char *remove[] = {".share", "#qr"};
    gw__source__init(&s);
    s.id = "hailan-gxj";
    s.url = "https://gxj.hailan.example/zcwj/";
    ONE(&s, name, n_name, Gw__LocalName, gw__local_name__init);
    name_one.lang = "zh";
    name_one.text = "海澜市工业和信息化局";
    s.revisit_ms = revisit, s.n_revisit_ms = GW_COUNT(revisit);
    gw__list_rule__init(&list);
    list.kind = "json-html";
    list.request = fill_request(&request);
    s.list = &list;
    gw__article_rule__init(&article);
    article.remove = remove, article.n_remove = GW_COUNT(remove);
    s.article = &article;
    gw__fetch_rule__init(&fetch);
    fetch.delay_ms = 5000;
    fetch.delay_set = 1;
    s.fetch = &fetch;
    gw__withdrawal__init(&withdrawal);
    withdrawal.confirmations = 3;
    s.withdrawal = &withdrawal;
    return &s;
}

static Gw__Report *sample_report(void)
{
    static Gw__Report r;
    static char *activity[] = {"polls hailan-gxj"};
    gw__report__init(&r);
    ONE(&r, sources, n_sources, Gw__SourceReport, gw__source_report__init);
    sources_one.source_id = "hailan-gxj";
    sources_one.health = sample_health();
    ONE(&r, counters, n_counters, Gw__Counter, gw__counter__init);
    counters_one.name = "requests";
    counters_one.value = 1234567890123;
    r.activity = activity, r.n_activity = 1;
    return &r;
}

static ProtobufCBinaryData sixteen(void)
{
    static uint8_t bytes[16] = {0xde, 0xad, 0, 0xbe, 0xef};
    return (ProtobufCBinaryData){sizeof bytes, bytes};
}

static Gw__HostEpoch *sample_held(void)
{
    static Gw__HostEpoch held;
    gw__host_epoch__init(&held);
    held.host = "gxj.hailan.example:443";
    held.epoch = 7;
    return &held;
}

static Gw__Permit *sample_permit(void)
{
    static Gw__Permit p;
    gw__permit__init(&p);
    p.job = 77;
    p.url = "https://gxj.hailan.example/zcwj/";
    p.not_before_ms = 1000;
    p.not_after_ms = 9000;
    return &p;
}

static Gw__RobotsSeen *sample_robots(void)
{
    static Gw__RobotsSeen r;
    static uint8_t text[] = "User-agent: *\nCrawl-delay: 2\n";
    gw__robots_seen__init(&r);
    r.host = "gxj.hailan.example:443";
    r.status = 200;
    r.text = (ProtobufCBinaryData){sizeof text - 1, text};
    return &r;
}

// Filled and returned: the value of a statement that needs no name elsewhere.
#define MAKE(Type, prefix, ...)                                                                                        \
    do {                                                                                                               \
        static Type m;                                                                                                 \
        prefix##__init(&m);                                                                                            \
        __VA_ARGS__;                                                                                                   \
        return &m.base;                                                                                                \
    } while (0)

static ProtobufCMessage *agent_says(enum gw_msg type)
{
    static Gw__Answer answer;
    static uint8_t part[] = "{\"id\":\"20261122T041200123Z-0a1b2c3d\"}\n";
    static Gw__HostEpoch *held[1];
    static char *hosts[] = {"gxj.hailan.example:443"};
    held[0] = sample_held();
    switch (type) {
    case GW_MSG_HELLO:
        MAKE(Gw__Hello, gw__hello, m.version_min = m.version_max = 1, m.node = "collect-1", m.incarnation = sixteen(),
             m.last_msgno = 9);
    case GW_MSG_PUBLISH:
        MAKE(Gw__Publish, gw__publish, m.msgno = 10, m.host = "gxj.hailan.example:443", m.epoch = 7,
             m.observation = sample_observation());
    case GW_MSG_OFFER:
        MAKE(Gw__Offer, gw__offer, m.url = "https://other.example/a.html", m.source_id = "hailan-gxj");
    case GW_MSG_LEASE_REQ:
        MAKE(Gw__LeaseReq, gw__lease_req, m.capacity = 100, m.hosts = hosts, m.n_hosts = 1);
    case GW_MSG_RENEW:
        MAKE(Gw__Renew, gw__renew, m.held = held, m.n_held = 1);
    case GW_MSG_RELEASE:
        MAKE(Gw__Release, gw__release, m.held = sample_held());
    case GW_MSG_TOMBSTONE:
        MAKE(Gw__Tombstone, gw__tombstone, m.msgno = 11, m.reason = "ended three sessions");
    case GW_MSG_REPORT:
        return &sample_report()->base;
    case GW_MSG_DONE:
        gw__answer__init(&answer);
        answer.part = (ProtobufCBinaryData){sizeof part - 1, part};
        MAKE(Gw__Done, gw__done, m.task = 3, m.answer = &answer);
    case GW_MSG_PING:
        MAKE(Gw__Ping, gw__ping, m.nonce = UINT64_MAX);
    case GW_MSG_BYE:
        MAKE(Gw__Bye, gw__bye, m.reason = "stopping");
    default:
        return NULL;
    }
}

static ProtobufCMessage *broker_says(enum gw_msg type)
{
    switch (type) {
    case GW_MSG_WELCOME:
        MAKE(Gw__Welcome, gw__welcome, m.version = 1, m.session = sixteen(), m.store_id = "s-1", m.generation = 1,
             m.heartbeat_ms = 2000);
    case GW_MSG_REFUSE:
        MAKE(Gw__Refuse, gw__refuse, m.code = GW__REFUSE_CODE__REFUSE_BUSY, m.retry_ms = 500);
    case GW_MSG_ACK:
        MAKE(Gw__Ack, gw__ack, m.msgno = 10);
    case GW_MSG_NACK:
        MAKE(Gw__Nack, gw__nack, m.msgno = 9, m.code = "invalid");
    case GW_MSG_CREDIT:
        MAKE(Gw__Credit, gw__credit, m.messages = 138, m.bytes = 8u << 20);
    case GW_MSG_GRANT:
        MAKE(Gw__Grant, gw__grant, m.host = "gxj.hailan.example:443", m.epoch = 7, m.ttl_ms = 15000);
    case GW_MSG_SOURCE:
        MAKE(Gw__SourceDef, gw__source_def, m.source = sample_source(), m.last = 1);
    case GW_MSG_TARGET:
        MAKE(Gw__TargetDef, gw__target_def, m.host = "gxj.hailan.example:443", m.target = sample_target());
    case GW_MSG_REVOKE:
        MAKE(Gw__Revoke, gw__revoke, m.held = sample_held());
    case GW_MSG_PONG:
        MAKE(Gw__Pong, gw__pong, m.nonce = 1);
    case GW_MSG_TASK:
        MAKE(Gw__Task, gw__task, m.task = 3, m.errand = GW__ERRAND__ERRAND_QUARANTINE_LIST);
    default:
        return NULL;
    }
}

static ProtobufCMessage *jobs_say(enum gw_msg type)
{
    static uint8_t bytes[] = {'<', 0, 0xff};
    switch (type) {
    case GW_MSG_READY:
        MAKE(Gw__Ready, gw__ready, m.pid = 4242, m.slots = 32);
    case GW_MSG_JOB:
        MAKE(Gw__Job, gw__job, m.job = 77, m.purpose = GW__PURPOSE__PURPOSE_LIST,
             m.url = "https://gxj.hailan.example/zcwj/", m.source = sample_source(), m.permit = sample_permit(),
             m.robots = sample_robots());
    case GW_MSG_STAGE:
        MAKE(Gw__Stage, gw__stage, m.job = 77, m.stage = GW__JOB_STAGE__JOB_STAGE_READING);
    case GW_MSG_PERMIT_REQ:
        MAKE(Gw__PermitReq, gw__permit_req, m.job = 77, m.url = "https://gxj.hailan.example/robots.txt",
             m.kind = GW__REQUEST_KIND__REQUEST_ROBOTS);
    case GW_MSG_PERMIT:
        return &sample_permit()->base;
    case GW_MSG_ELSEWHERE:
        MAKE(Gw__Elsewhere, gw__elsewhere, m.job = 77, m.url = "https://other.example/");
    case GW_MSG_BODY_PART:
        MAKE(Gw__BodyPart, gw__body_part, m.job = 77, m.bytes = ((ProtobufCBinaryData){sizeof bytes, bytes}),
             m.last = 1);
    case GW_MSG_ROBOTS_SEEN:
        return &sample_robots()->base;
    case GW_MSG_RESULT:
        MAKE(Gw__Result, gw__result, m.job = 77, m.observation = sample_observation());
    case GW_MSG_FAILED:
        MAKE(Gw__Failed, gw__failed, m.job = 77, m.observation = failed_observation(), m.quarantine = 1);
    case GW_MSG_STOP:
        MAKE(Gw__Stop, gw__stop, m.grace_ms = 1000);
    case GW_MSG_READ_REQ:
        MAKE(Gw__ReadReq, gw__read_req, m.job = 77, m.purpose = GW__PURPOSE__PURPOSE_LIST,
             m.url = "https://gxj.hailan.example/zcwj/", m.source = sample_source(), m.budget_ms = 2000);
    case GW_MSG_READ_RESULT:
        MAKE(Gw__ReadResult, gw__read_result, m.job = 77, m.reading_case = GW__READ_RESULT__READING_ROWS,
             m.rows = sample_rows(), m.charset = "utf-8 (bom)");
    default:
        return NULL;
    }
}

static ProtobufCMessage *stream_says(enum gw_msg type)
{
    static uint8_t packed[4096];
    static Gw__AgentStatus agent, *agents[1] = {&agent};
    switch (type) {
    case GW_MSG_SUBSCRIBE:
        MAKE(Gw__Subscribe, gw__subscribe, m.version_min = m.version_max = 1, m.stream = GW__STREAM__STREAM_POLICY,
             m.filter = "补助 kind:notice", m.credit = 1000);
    case GW_MSG_SUBSCRIBED:
        MAKE(Gw__Subscribed, gw__subscribed, m.version = 1, m.store_id = "s-1", m.from = 1, m.last = 99);
    case GW_MSG_DELIVER:
        gw_assert(protobuf_c_message_get_packed_size(&sample_event()->base) <= sizeof packed);
        MAKE(Gw__Deliver, gw__deliver, m.seq = 12, m.prev_seq = 9,
             m.event = ((ProtobufCBinaryData){protobuf_c_message_pack(&sample_event()->base, packed), packed}));
    case GW_MSG_MARK:
        MAKE(Gw__Mark, gw__mark, m.seq = 100);
    case GW_MSG_CAUGHT_UP:
        MAKE(Gw__CaughtUp, gw__caught_up, m.seq = 100);
    case GW_MSG_GAP:
        MAKE(Gw__Gap, gw__gap, m.from = 1, m.to = 50, m.reason = "retention");
    case GW_MSG_CACK:
        MAKE(Gw__Cack, gw__cack, m.seq = 12, m.credit = 1012);
    case GW_MSG_STATUS_REQ:
        MAKE(Gw__StatusReq, gw__status_req, m.sources = 1);
    case GW_MSG_STATUS:
        gw__agent_status__init(&agent);
        agent.report = sample_report();
        MAKE(Gw__Status, gw__status, m.policy_seq = 100, m.agents = agents, m.n_agents = 1);
    case GW_MSG_ASK:
        MAKE(Gw__Ask, gw__ask, m.errand = GW__ERRAND__ERRAND_HISTORY,
             m.subject = "https://gxj.hailan.example/art/1.html");
    case GW_MSG_ORDER:
        MAKE(Gw__Order, gw__order, m.errand = GW__ERRAND__ERRAND_POLL, m.subject = "hailan-gxj");
    case GW_MSG_ANSWER:
        MAKE(Gw__Answer, gw__answer, m.last = 1, m.outcome = GW__OUTCOME__OUTCOME_NOT_FOUND, m.reason = "no such");
    default:
        return NULL;
    }
}

ProtobufCMessage *sample_message(enum gw_msg type)
{
    ProtobufCMessage *message = agent_says(type);
    if (!message)
        message = broker_says(type);
    if (!message)
        message = jobs_say(type);
    if (!message)
        message = stream_says(type);
    gw_assert(message); // a new kind needs its sample
    return message;
}

const enum gw_msg *sample_types(void)
{
    static enum gw_msg types[256];
    size_t n = 0;
    for (int type = 0; type < 256; type++)
        if (gw_msg_name(type))
            types[n++] = (enum gw_msg)type;
    types[n] = 0;
    return types;
}
