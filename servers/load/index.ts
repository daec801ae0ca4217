export type { Entry, Made } from "./entry.ts";
export { History } from "./entry.ts";
export { type Load, type LoadOptions, SLOW, startLoad } from "./load.ts";
export { type NetworkFault, networkFaults } from "./network-faults.ts";
export { expectNothingLost, lostIn } from "./summary.ts";
export { clock, createUsers, newRecord, type User } from "./users.ts";
