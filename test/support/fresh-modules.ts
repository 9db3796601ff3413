/**
 * Runs before every test file. A worker runs many, and each evaluates the modules under test afresh, so that none
 * meets what an earlier one left in them, mocked or not.
 */
import { vi } from 'vitest'

vi.resetModules()
