/**
 * Runs before every test file. A worker runs many: each evaluates the modules under test afresh, and none meets what an
 * earlier one mocked or stubbed.
 */
import { vi } from 'vitest'

vi.resetModules()
vi.restoreAllMocks()
vi.unstubAllEnvs()
vi.unstubAllGlobals()
vi.useRealTimers()
