// Reads simulations as JSON from stdin, prints one verdict a line: Allowed, ExplicitlyDenied,
// ImplicitlyDenied, or "error" with its reason.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const verdict = async (simulation) => {
  const answer = await runSimulation(simulation, {})
  return answer.overallResult ?? `error ${JSON.stringify(answer.errors)}`
}

for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  console.log(await verdict(simulation))
}
