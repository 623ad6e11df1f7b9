# SPDX-License-Identifier: Apache-2.0
"""The commands of `dlq` on moto, which we did not write: a work queue that gives up on a message by
its own redrive policy, the way back from the dead-letter queue, and Lambda's Invoke."""
import json
import unittest

from dlq_test import event
from moto_service import Moto
from program import run_program


class DlqOnMoto(unittest.TestCase):
    def setUp(self):
        self.moto = Moto(self.addCleanup)
        self.dead = self.moto.queue("csv-validator-dlq")
        self.work = self.moto.queue("csv-validator-work", self.dead)

    def dlq(self, command, *arguments):
        return run_program("dlq", command, self.dead, *arguments, env=self.moto.env)

    def give_up(self, *keys):
        """Each is received as often as the redrive policy allows, and once more."""
        for key in keys:
            self.moto.send(self.work, event(key))
        for _ in range(3):
            self.moto.sqs("ReceiveMessage", QueueUrl=self.work, MaxNumberOfMessages=10,
                          VisibilityTimeout=0)
        self.assertEqual(self.moto.depth(self.dead), (len(keys), 0))

    def bodies(self, url):
        answer = self.moto.sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def test_what_a_work_queue_gave_up_on_goes_back_to_it(self):
        keys = ["bronze/a.csv", "bronze/b.csv"]
        self.give_up(*keys)
        listed = self.dlq("ls", "--json")
        self.assertEqual(listed.status, 0, listed)
        self.assertEqual([(line["kind"], line["events"][0]["key"]) for line in listed.jsons()],
                         [("queue", key) for key in keys])
        self.assertEqual(self.moto.depth(self.dead), (2, 0))
        shown = self.dlq("show", listed.jsons()[0]["message_id"])
        self.assertIn("lake/bronze/a.csv", shown.out)
        done = self.dlq("redrive")
        self.assertEqual(done.status, 0, done)
        self.assertIn("2 found, 2 sent, 0 left, 0 failed", done.out)
        self.assertEqual(self.moto.depth(self.dead), (0, 0))
        self.assertEqual(self.bodies(self.work), [event(key) for key in keys])

    def test_a_lake_in_s3_converts_what_its_queue_gave_up_on(self):
        self.moto.put("/lake")
        self.moto.put("/lake/bronze/a.csv", "id,name\n1,one\n")
        self.give_up("bronze/a.csv")
        done = self.dlq("redrive", "--to", "lake", "--lake", "s3://lake")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.moto.keys("lake", "silver/"), ["silver/a.parquet"])
        self.assertEqual(self.moto.depth(self.dead), (0, 0))

    # moto takes an event for a function that there is not; fake_lambda.py looks more closely.
    def test_a_function_takes_the_event(self):
        self.moto.function("csv-validator")
        self.give_up("bronze/a.csv", "bronze/b.csv")
        done = self.dlq("redrive", "--to", "function:csv-validator")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.moto.depth(self.dead), (0, 0))

    def test_purge_one_by_one_and_at_once(self):
        self.give_up("bronze/a.csv", "bronze/b.csv", "bronze/c.csv")
        self.assertEqual(self.dlq("purge", "--yes", "--max", 1).status, 0)
        self.assertEqual(self.moto.depth(self.dead), (2, 0))
        self.assertEqual(self.dlq("purge", "--yes", "--all").status, 0)
        self.assertEqual(self.moto.depth(self.dead), (0, 0))

    def test_no_such_queue_is_told(self):
        done = run_program("dlq", "ls", self.dead + "-not", env=self.moto.env)
        self.assertEqual(done.status, 3, done)
        self.assertIn("see the queue's URL", done.err)


if __name__ == "__main__":
    unittest.main()
