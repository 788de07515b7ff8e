import type { Change } from './edit.js';
import type { Box } from './grid.js';

export declare class History {
  constructor(voxels: Uint8Array, maxBytes: number);
  push(change: Change): void;
  undo(): Box | undefined;
  redo(): Box | undefined;
  get canUndo(): boolean;
  get canRedo(): boolean;
  clear(): void;
}
