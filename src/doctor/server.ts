/** The model server of the run, and the models on it. */
import { modelFacts, openAiServer, running } from '../server/index.ts'
import { doctorTexts, type Finding } from './messages.ts'

export async function serverFindings(host: string, models: readonly string[]): Promise<Finding[]> {
  const server = await openAiServer(host)
  if (!server.ok) return [{ mark: 'fail', what: server.message }]
  const { kind, product, version } = server.value
  const name = [product ?? doctorTexts.server(kind), version].filter((part) => part !== undefined).join(' ')
  const reachable: Finding = { mark: 'ok', what: doctorTexts.reachable(name, host) }
  if (kind === 'openai')
    return [reachable, { mark: 'warn', what: doctorTexts.openAi(), cure: doctorTexts.openAiCure() }]
  if (models.length === 0)
    return [reachable, { mark: 'warn', what: doctorTexts.noModels(), cure: doctorTexts.modelsCure() }]
  return [reachable, ...(await Promise.all(models.map((model) => modelFinding(host, model))))]
}

async function modelFinding(host: string, model: string): Promise<Finding> {
  const facts = await modelFacts(host, model)
  if (!facts.ok) return { mark: 'fail', what: facts.message }
  const loaded = await running(host, model)
  const { parameter_size, quantization } = facts.value
  const details = [parameter_size, quantization, loaded && 'loaded'].filter((part) => part !== undefined)
  return { mark: 'ok', what: doctorTexts.model(model, details) }
}
