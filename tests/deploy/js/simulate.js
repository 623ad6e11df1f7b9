// SPDX-License-Identifier: Apache-2.0
// Evaluates requests against IAM policies with iam-simulate. Standard input is one JSON object:
//   {"policies": [policy, ...],
//    "cases": [{"principal", "action", "resource", "account", "context": {key: value},
//               "identity": n|null, "bucket": n|null, "endpoint": n|null}, ...]}
// where n is an index into policies. Standard output is a list of {"result", "ignored"}, a case
// each: "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied", and the context keys that the simulator
// does not know for this action. What it can't evaluate has {"error"} instead.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { readFileSync } from 'node:fs'

const { policies, cases } = JSON.parse(readFileSync(0, 'utf8'))

async function evaluate(one) {
  const named = (index) =>
    index === null ? [] : [{ name: 'policy-' + index, policy: policies[index] }]
  const simulation = {
    request: {
      principal: one.principal,
      action: one.action,
      resource: { resource: one.resource, accountId: one.account },
      contextVariables: one.context,
    },
    identityPolicies: named(one.identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
  if (one.bucket !== null) simulation.resourcePolicy = policies[one.bucket]
  if (one.endpoint !== null) simulation.vpcEndpointPolicies = named(one.endpoint)
  const answer = await runSimulation(simulation, {})
  if (answer.resultType === 'error') return { error: JSON.stringify(answer.errors) }
  if (answer.resultType !== 'single') return { error: 'a resource with wildcards' }
  return { result: answer.overallResult, ignored: answer.result.ignoredContextKeys ?? [] }
}

const answers = []
for (const one of cases) answers.push(await evaluate(one))
process.stdout.write(JSON.stringify(answers))
