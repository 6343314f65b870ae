import type { Action } from '../action.js';
import { bus } from './subject.js';

/** Actions of `bus` that need not be preceded by its name. */
export const shortcuts: readonly Action[] = bus.actions;

/** Whether a shortcut may be followed by the paths of modules, without `--module`. */
export function takesModules({ options }: Action): boolean {
  return options.includes('module');
}
