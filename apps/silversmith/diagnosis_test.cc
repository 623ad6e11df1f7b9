// SPDX-License-Identifier: Apache-2.0
#include "diagnosis.h"

#include <gtest/gtest.h>

namespace silversmith::app {
namespace {

using store::Need;
using store::Probe;

const Check* named(const Diagnosis& diagnosis, const std::string& group, const std::string& name) {
  for (const Check& check : diagnosis.checks()) {
    if (check.group == group && check.name == name) return &check;
  }
  return nullptr;
}

TEST(Diagnosis, is_healthy_without_a_failure) {
  Diagnosis diagnosis;
  EXPECT_TRUE(diagnosis.healthy());
  diagnosis.add({"machine", "open files", Outcome::warning, "100", "raise it"});
  EXPECT_TRUE(diagnosis.healthy());
  diagnosis.add_error("lake", "bronze", {Code::denied, "cannot list it", "allow it", ""});
  EXPECT_FALSE(diagnosis.healthy());
}

TEST(Diagnosis, names_the_rows_that_keep_a_store_from_being_trusted) {
  Probe probe;
  probe.rows = {{"PUT", Need::always, "412", "412 PreconditionFailed", true},
                {"Complete If-Match", Need::parts, "412", "200", false},
                {"PUT If-Match: *", Need::never, "501", "412", false}};
  Diagnosis diagnosis;
  diagnosis.add_probe("s3://lake", probe);
  EXPECT_FALSE(diagnosis.healthy());
  EXPECT_EQ(named(diagnosis, "conditions", "Complete If-Match")->found, "wanted 412, found 200");
  EXPECT_EQ(named(diagnosis, "conditions", "PUT If-Match: *")->outcome, Outcome::note);
  EXPECT_EQ(named(diagnosis, "verdict", "s3://lake")->found,
            "trusted with single PUT only: Complete If-Match");
  Json json = diagnosis.json("s3://lake");
  EXPECT_EQ(json.text_or("schema", ""), "silversmith.doctor/1");
  EXPECT_EQ(json.text_or("verdict", ""), "single_put_only");
  EXPECT_EQ(json.find("failed_conditions")->dump(), "[\"Complete If-Match\"]");
}

TEST(Diagnosis, takes_the_worst_of_two_stores) {
  Probe good;
  Probe bad;
  bad.rows = {{"PUT", Need::always, "412", "200", false}};
  Diagnosis diagnosis;
  diagnosis.add_probe("s3://a", bad);
  diagnosis.add_probe("s3://b", good);
  EXPECT_EQ(diagnosis.json("").text_or("verdict", ""), "not_trusted");
}

TEST(Diagnosis, has_no_verdict_on_what_was_not_tried) {
  Diagnosis diagnosis;
  EXPECT_TRUE(diagnosis.json("").find("verdict")->is_null());
  Probe probe;
  probe.not_tried = "DELETE: 403";
  probe.missing_right = "s3:DeleteObjectVersion";
  probe.left = {"s3://lake/quarantine/a (version 1)"};
  diagnosis.add_probe("s3://lake", probe);
  EXPECT_TRUE(diagnosis.healthy());
  EXPECT_EQ(diagnosis.json("").text_or("verdict", ""), "unknown");
  const Check* verdict = named(diagnosis, "verdict", "s3://lake");
  EXPECT_EQ(verdict->outcome, Outcome::warning);
  EXPECT_NE(verdict->hint.find("s3:DeleteObjectVersion"), std::string::npos);
  const Check* left = named(diagnosis, "conditions", "scratch objects");
  EXPECT_EQ(left->found, "s3://lake/quarantine/a (version 1) could not be removed");
  EXPECT_NE(left->hint.find("needs s3:DeleteObjectVersion below"), std::string::npos);
}

TEST(Diagnosis, names_the_right_that_a_removal_lacks) {
  Probe probe;
  probe.not_tried = "DELETE: 403";
  probe.missing_right = "s3:DeleteObject and s3:GetObject";
  probe.left = {"s3://lake/quarantine/a" + std::string(store::upload_left)};
  Diagnosis diagnosis;
  diagnosis.add_probe("s3://lake", probe);
  const Check* left = named(diagnosis, "conditions", "scratch objects");
  EXPECT_NE(left->hint.find("needs s3:AbortMultipartUpload below"), std::string::npos);
  const Check* verdict = named(diagnosis, "verdict", "s3://lake");
  EXPECT_NE(verdict->hint.find("s3:DeleteObject and s3:GetObject on"), std::string::npos);
}

TEST(Diagnosis, tells_people_what_to_do) {
  Diagnosis diagnosis;
  diagnosis.add({"machine", "threads", Outcome::ok, "2 on 2 cores"});
  EXPECT_NE(diagnosis.text(Console()).find("all is well"), std::string::npos);
  diagnosis.add({"rights", "s3:GetObject", Outcome::failed, "403", "allow it"});
  EXPECT_EQ(diagnosis.text(Console()),
            "ok       machine  threads: 2 on 2 cores\n"
            "failed   rights  s3:GetObject: 403\n"
            "         -> allow it\n"
            "1 thing to mend");
}

}  // namespace
}  // namespace silversmith::app
