// SPDX-License-Identifier: Apache-2.0
// The function `notify`: events about refused files, alarms and events that were given up, told to
// people: a topic of SNS, a webhook, or both (smith/notice.h). It runs outside of the private
// network. The one thing to know: what a topic brought goes to the webhook alone, or it would come
// back for ever; and a message is told at least once, so that it may be told twice.
#include "base/text.h"
#include "handlers.h"
#include "lake.h"
#include "silver/commit.h"
#include "smith/notice.h"
#include "smith/refusal.h"

namespace silversmith::app {

namespace {

constexpr uint64_t report_bytes_max = uint64_t{16} << 20;
constexpr size_t half_told_max = 1000;

// Who has a message already.
struct Told {
  bool webhook = false;
  bool topic = false;
};

class NotifyWork : public Work {
 public:
  explicit NotifyWork(const FunctionSetup& setup) : setup_(setup) {}

  Result<> open() override {
    const Settings& settings = setup_.settings;
    root_ = SMITH_TRY(wanted_setting(settings, "lake"));
    std::string topic = settings.text("topic");
    std::string webhook = settings.text("webhook");
    if (topic.empty() && webhook.empty()) {
      return Error{Code::invalid, "neither SILVERSMITH_TOPIC nor SILVERSMITH_WEBHOOK is set",
                   "say where messages go: docs/operations/lambda.md", ""};
    }
    lake_ = SMITH_TRY(Lake::open(root_, settings, &setup_.progress.stop));
    Cloud& cloud = lake_->cloud(settings);
    if (!topic.empty()) publish_ = SMITH_TRY(cloud.topic(topic));
    if (!webhook.empty()) post_ = SMITH_TRY(cloud.webhook(webhook));
    return {};
  }

  wire::Outcome work(const wire::Invocation& invocation, const Until&) override {
    lake_->set_trace(invocation.trace_id);
    smith::TidingsList tidings = smith::read_tidings(invocation.payload);
    std::vector<ItemOutcome> outcomes;
    request_id_ = invocation.request_id;
    for (const smith::Tidings& one : tidings.list) outcomes.push_back(work_on(one));
    return answer_items(tidings.by_message ? Sender::queue : Sender::one, outcomes);
  }

 private:
  ItemOutcome work_on(const smith::Tidings& tidings) {
    ItemOutcome outcome;
    outcome.id = tidings.id;
    for (const Error& error : tidings.errors) {
      add_error(outcome, error);
      log(outcome);
    }
    for (const bronze::Event& object : tidings.objects) {
      Result<std::optional<smith::Notice>> notice = read_report(object);
      if (!notice.ok()) {
        add_error(outcome, std::move(notice).error().in(printable(object.key)));
        log(outcome);
      } else if (!notice->has_value()) {
        ignore(outcome, "no report of a refused file of this lake: " + printable(object.key));
      } else {
        tell(tidings, **notice, outcome);
      }
    }
    for (const smith::Notice& notice : tidings.notices) tell(tidings, notice, outcome);
    if (outcome.results.empty()) ignore(outcome, tidings.idle_reason);
    return outcome;
  }

  // Nothing: it is none, or is gone.
  Result<std::optional<smith::Notice>> read_report(const bronze::Event& object) {
    store::Store& store = lake_->target();
    bool is_report = object.change == bronze::Change::made && object.bucket == store.name() &&
                     object.key.starts_with(lake_->prefixes().quarantine) &&
                     object.key.ends_with("/" + std::string(smith::rejected_name));
    if (!is_report) return std::optional<smith::Notice>();
    Result<std::string> text = silver::read_small(store, object.key, report_bytes_max);
    if (!text.ok() && text.error().code == Code::missing) return std::optional<smith::Notice>();
    std::string whole = SMITH_TRY(std::move(text));
    silver::Rejected rejected = SMITH_TRY(silver::parse_rejected(whole));
    return std::optional(smith::rejected_notice(rejected, {root_, object.bucket, object.key}));
  }

  void tell(const smith::Tidings& tidings, const smith::Notice& notice, ItemOutcome& outcome) {
    bool to_topic = publish_ && !tidings.of_topic;
    if (!to_topic && !post_) {
      return ignore(outcome, "a topic brought it, and there is no webhook to tell it to");
    }
    std::string id = (tidings.id.empty() ? request_id_ : tidings.id) + "\n" + notice.subject +
                     "\n" + notice.text;
    auto found = half_told_.find(id);
    const Told before = found == half_told_.end() ? Told() : found->second;
    Told now = before;
    bool later = false;
    if (post_ && !now.webhook) {
      Result<> posted = post_(message_of(notice));
      now.webhook = posted.ok();
      later = !posted.ok() && smith::verdict_of(posted.error().code) == smith::Verdict::transient;
      if (!posted.ok()) fail(outcome, posted.error());
    }
    if (to_topic && !now.topic) {
      // What passes is brought to the webhook by this event, when it comes again.
      bool has = now.webhook || later;
      Result<> published = publish_(message_of(notice, has));
      now.topic = published.ok();
      if (!published.ok()) fail(outcome, published.error());
    }
    bool whole = (now.webhook || !post_) && (now.topic || !to_topic);
    remember(id, whole ? Told() : now);
    std::vector<std::string> told;
    if (now.webhook && !before.webhook) told.emplace_back("webhook");
    if (now.topic && !before.topic) told.emplace_back("topic");
    if (told.empty()) return;
    Json result = Json::object();
    result.set("status", "success").set("subject", notice.subject).set("told", join(told, ", "));
    outcome.results.push_back(std::move(result));
    log(outcome);
  }

  // The event comes again: in this sandbox, whoever has its message is not told twice.
  void remember(const std::string& id, const Told& told) {
    if (!told.webhook && !told.topic) {
      half_told_.erase(id);
      return;
    }
    if (half_told_.size() >= half_told_max) half_told_.clear();
    half_told_[id] = told;
  }

  // For the topic; `has`: the webhook needs no more of it.
  static wire::SnsMessage message_of(const smith::Notice& notice, bool has) {
    std::string_view where = has ? smith::notice_told_webhook : smith::notice_told_topic;
    return {
        notice.subject, notice.text, {{std::string(smith::notice_attribute), std::string(where)}}};
  }

  // As chat programs take it, with the rest for programs.
  static Json message_of(const smith::Notice& notice) {
    Json message = Json::object();
    message.set("text", notice.subject + "\n" + notice.text)
        .set("subject", notice.subject)
        .set("notice", notice.fields);
    return message;
  }

  void ignore(ItemOutcome& outcome, const std::string& note) {
    outcome.results.push_back(Json::object().set("status", "ignored").set("note", note));
    log(outcome);
  }

  void fail(ItemOutcome& outcome, const Error& error) {
    add_error(outcome, error);
    log(outcome);
  }

  // The last result.
  void log(const ItemOutcome& outcome) {
    const Json& told = outcome.results.back();
    bool failed = told.text_or("status", "") == "error";
    setup_.log.write(failed ? Level::error : Level::info, "notify", told);
  }

  FunctionSetup setup_;
  std::string root_;
  std::unique_ptr<Lake> lake_;
  Cloud::Publisher publish_;
  Cloud::Poster post_;
  std::string request_id_;                 // the same when Lambda invokes again
  std::map<std::string, Told> half_told_;  // by event and message
};

}  // namespace

std::unique_ptr<Work> make_notify(const FunctionSetup& setup) {
  return std::make_unique<NotifyWork>(setup);
}

}  // namespace silversmith::app
