/** A request, edited before it is sent again. */

import type { Actions } from './actions.ts';
import type { Edit } from './model.ts';

/** Called when it is made, not when it is drawn again. */
function focusOnce(input: HTMLInputElement | null): void {
  input?.focus();
}

export function EditPane({ edit, actions }: { readonly edit: Edit; readonly actions: Actions }) {
  return (
    <form
      class="pane edit"
      aria-label="Edit and replay"
      onSubmit={(event) => {
        event.preventDefault();
        void actions.send();
      }}
    >
      <div class="line">
        <label>
          Method
          <input
            value={edit.method}
            spellcheck={false}
            ref={focusOnce}
            onInput={(event) => actions.type({ method: event.currentTarget.value })}
          />
        </label>
        <label>
          Path
          <input
            value={edit.path}
            spellcheck={false}
            onInput={(event) => actions.type({ path: event.currentTarget.value })}
          />
        </label>
      </div>
      <label>
        Headers
        <textarea
          rows={Math.min(14, Math.max(4, edit.fields.split('\n').length))}
          spellcheck={false}
          value={edit.fields}
          onInput={(event) => actions.type({ fields: event.currentTarget.value })}
        />
      </label>
      <label>
        Body
        <textarea
          rows={6}
          spellcheck={false}
          value={edit.body}
          onInput={(event) => actions.type({ body: event.currentTarget.value })}
        />
      </label>
      <p class="quiet">
        Sent by the proxy to itself, under the same rules. *** stands for a value that is not shown: left as
        it is, the value itself is sent.
      </p>
      <div class="actions">
        <button type="submit" class="main">
          Send
        </button>
        <button type="button" onClick={actions.close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
