/** Runs in a worker before a suite's imports: a client that is imported later finds the measured `fetch`. */
import { installGlobalDoor } from '../call/doors/global.ts'

installGlobalDoor()
