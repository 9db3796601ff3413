/**
 * load_duration of recorded calls in the order in which they were made, ms: Ollama 0.24 on an H200, one call a trial, both
 * arms in turns. `aa4b`: 4.6 B parameters, vocabulary 262,144; `topk`: the same, the longest warm load among them;
 * `aamini`: 0.3 B, vocabulary 65,536; `coldmini`: the same with keep_alive 0, so every call loaded the model.
 */
export const recordedLoads = {
  aa4b: [
    245, 228, 292, 240, 206, 285, 283, 185, 287, 264, 258, 237, 187, 235, 287, 255, 267, 202, 187, 239, 275,
    249, 214, 258, 239, 267, 219, 220, 282, 230, 263, 225, 263, 262, 251, 169, 270, 272, 241, 274, 279, 275,
  ],
  topk: [
    244, 219, 275, 270, 248, 253, 266, 272, 256, 266, 304, 291, 296, 261, 227, 272, 239, 268, 220, 254, 271,
    271, 258, 273, 244, 270, 252, 243, 240, 273, 250, 263, 261, 234,
  ],
  aamini: [
    65, 68, 84, 75, 70, 77, 62, 62, 67, 57, 65, 66, 67, 62, 65, 64, 95, 53, 66, 51, 57, 64, 61, 70, 64, 50,
    63, 59, 67, 49, 69, 68, 49, 64, 63, 52, 68, 68, 65, 70, 58, 64,
  ],
  coldmini: [1553, 1366, 1459, 1507, 1404, 1452, 1498, 1473, 1554, 1454, 1522, 1389, 1433, 1468],
} as const
