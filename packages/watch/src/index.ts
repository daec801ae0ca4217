export {
  type Act,
  type Acting,
  type Alert,
  type Counter,
  type CounterOptions,
  type Detector,
  type DetectorKit,
  type DetectorOptions,
  type Familiar,
  type FamiliarOptions,
  type Finding,
  type Latest,
  type LatestOptions,
  type Reached,
  sourceOf,
} from "./detector.ts";
export { churn, type ChurnOptions } from "./detectors/churn.ts";
export { guessing, type GuessingOptions } from "./detectors/guessing.ts";
export { hijacking, type HijackingOptions } from "./detectors/hijacking.ts";
export { manySessions, type ManySessionsOptions } from "./detectors/many-sessions.ts";
export { newDevice, type NewDeviceOptions } from "./detectors/new-device.ts";
export type { WatchedSessions } from "./internal/acting.ts";
export type { Location, Locator } from "./internal/location.ts";
export { watch, type Watcher, type WatchOptions } from "./watch.ts";
