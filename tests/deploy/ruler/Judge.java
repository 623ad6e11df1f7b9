// SPDX-License-Identifier: Apache-2.0
// What AWS's own rule engine says of event patterns: reads one JSON object a line,
// {"pattern": TEXT, "events": [TEXT, ...]}, and answers each with one, {"fault": null or why the
// pattern is none, "complexity": number, "matches": [true or false, ...]}.
//
//     java -cp 'build/deps/ruler/*' tests/deploy/ruler/Judge.java

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;
import software.amazon.event.ruler.Ruler;

public class Judge {
  // EventBridge's own limit is not published; what passes 100 here is counted as 100.
  private static final int COMPLEXITY_MAX = 100;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(MAPPER.writeValueAsString(answer(MAPPER.readTree(line))));
    }
  }

  private static ObjectNode answer(JsonNode asked) throws Exception {
    String pattern = asked.get("pattern").asText();
    ObjectNode answer = MAPPER.createObjectNode();
    String fault = JsonRuleCompiler.check(pattern);
    answer.put("fault", fault);
    if (fault != null) {
      return answer;
    }
    Machine machine = new Machine();
    machine.addRule("rule", pattern);
    answer.put("complexity",
        machine.evaluateComplexity(new MachineComplexityEvaluator(COMPLEXITY_MAX)));
    ArrayNode matches = answer.putArray("matches");
    for (JsonNode event : asked.get("events")) {
      boolean one = Ruler.matchesRule(event.asText(), pattern);
      boolean other = !machine.rulesForJSONEvent(event.asText()).isEmpty();
      if (one != other) {
        throw new IllegalStateException("the engine's two ways differ about " + event.asText());
      }
      matches.add(one);
    }
    return answer;
  }
}
