import { html, nothing, type TemplateResult } from 'lit-html';
import { interpolate, keepLargest } from '../state/editing.js';
import { cssColour, type Label } from '../state/labels.js';
import { nameLabel, toggleLabel } from '../state/naming.js';
import { activeLabel, info, labels, openCase, opacity, outline } from '../state/store.js';
import { icon } from './icons.js';
import { mainAxis } from './keys.js';

export function labelPanel(): TemplateResult {
  return html`
    <section class="panel" aria-labelledby="labels-title">
      <h2 id="labels-title">Labels</h2>
      ${openCase.value === undefined ? html`<p class="hint-text">Open a case to see its labels.</p>` : list()}
    </section>
  `;
}

function list(): TemplateResult {
  if (labels.value.length === 0) {
    return html`<p class="hint-text">The models of this server name no labels, so there is nothing to paint.</p>`;
  }
  return html`
    <ul class="labels">
      ${labels.value.map(row)}
    </ul>
    <div class="presets" role="group" aria-label="The whole of ${labels.value[activeLabel.value - 1]?.name}">
      <button type="button" title="Paint the slices between painted ones (I)" @click=${() => interpolate(mainAxis())}>
        Interpolate
      </button>
      <button type="button" title="Keep the largest part alone (K)" @click=${keepLargest}>Remove islands</button>
    </div>
    <label class="row"
      >Opacity
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        .value=${String(opacity.value)}
        @input=${(event: Event) => (opacity.value = Number((event.target as HTMLInputElement).value))}
    /></label>
    <label class="row"
      ><span
        ><input
          type="checkbox"
          .checked=${outline.value}
          @change=${(event: Event) => (outline.value = (event.target as HTMLInputElement).checked)}
        />Outline only</span
      ><kbd>O</kbd></label
    >
  `;
}

function row(label: Label, index: number): TemplateResult {
  const { name, colour, visible } = label;
  const slot = index + 1;
  const isActive = activeLabel.value === slot;
  return html`
    <li class=${isActive ? 'active' : ''}>
      <button
        type="button"
        class="label"
        aria-pressed=${isActive}
        title="Paint ${name}"
        @click=${() => (activeLabel.value = slot)}
      >
        <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
          <rect width="12" height="12" rx="2" fill=${cssColour(colour)} />
        </svg>
        ${name}${isActive ? html`<span class="unseen"> is painted</span>` : nothing}
      </button>
      <button
        type="button"
        class="plain"
        aria-label="${visible ? 'Hide' : 'Show'} ${name}"
        title="${visible ? 'Hide' : 'Show'} ${name}"
        @click=${() => toggleLabel(slot)}
      >
        ${icon(visible ? 'seen' : 'hidden')}
      </button>
    </li>
    ${isActive && !label.isNamed ? naming(name, slot) : nothing}
  `;
}

/** A value that nobody has named keeps its label out of training. */
function naming(name: string, slot: number): TemplateResult {
  return html`
    <li>
      <form
        class="row"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const input = (event.target as HTMLFormElement).elements.namedItem('name') as HTMLInputElement;
          nameLabel(slot, input.value);
        }}
      >
        <input
          type="text"
          name="name"
          list="label-names"
          required
          maxlength="100"
          aria-label="Name of ${name}"
          placeholder="What is ${name}?"
        />
        <button type="submit">Name it</button>
        <datalist id="label-names">
          ${(info.value?.labels ?? []).map((each) => html`<option value=${each}></option>`)}
        </datalist>
      </form>
    </li>
  `;
}
