/** Priority classes, most urgent first. A lower class never delays a higher one. The index is the stored number. */
export const PRIORITIES = ['urgent', 'high', 'normal', 'bulk'] as const;
export type Priority = (typeof PRIORITIES)[number];
/** The stored number of a class: 0 is the most urgent. */
export type ClassNo = 0 | 1 | 2 | 3;
export const CLASS_NUMBERS: readonly ClassNo[] = [0, 1, 2, 3];
export const DEFAULT_PRIORITY: Priority = 'normal';

export const classOf = (priority: Priority): ClassNo => PRIORITIES.indexOf(priority) as ClassNo;
export const priorityOf = (classNo: ClassNo): Priority => PRIORITIES[classNo];
