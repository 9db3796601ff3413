import { defineConfig } from 'vitest/config'
import { embedded } from 'vitest-chimera/embedded'
import chimera from 'vitest-chimera/plugin'

export default defineConfig({
  plugins: [
    chimera(
      process.env['OLLAMA_HOST']
        ? {}
        : {
            // Without an Ollama server to measure, this repository measures the engine it brings along, and says so.
            server: embedded(),
            // It shares the cores with whatever else runs: to resolve 5 % there takes minutes.
            thresholds: { output_throughput: 0.08 },
          },
    ),
  ],
  test: {
    include: ['src/**/*.test.ts', 'suites/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/.tmp/**', 'test/fixtures/**'],
    // Starting a worker for each of 200 files would take a fifth of the suite's time. Modules are evaluated anew for each file.
    isolate: false,
    // Most of the end-to-end tests' time is a run waiting for its server: four at once fill two cores.
    maxWorkers: 4,
    // Nothing is retried and no test asserts how long something took, so a busy machine may take its time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    benchmark: { include: ['suites/**/*.bench.ts'] },
  },
})
