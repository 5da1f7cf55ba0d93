/** What most views are given. */

import type { Actions } from './actions.ts';
import type { Model } from './model.ts';

export interface ViewProps {
  readonly model: Model;
  readonly actions: Actions;
}
