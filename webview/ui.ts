/** The one seam to the widget toolkit, which is deprecated: another one is swapped in here. */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from "@vscode/webview-ui-toolkit";
import { html, nothing, svg, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";

export function registerWidgets(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
}

export const button = (label: string, onClick: () => void, appearance: "primary" | "secondary" = "secondary"): TemplateResult =>
  html`<vscode-button appearance=${appearance} @click=${onClick}>${label}</vscode-button>`;

export const busy = (): TemplateResult => html`<vscode-progress-ring aria-hidden="true"></vscode-progress-ring>`;

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A labelled list to choose one of. */
export const select = <T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): TemplateResult => html`
  <label class="field"
    >${label}
    <select
      @change=${(event: Event) => {
        onChange((event.target as HTMLSelectElement).value as T);
      }}
    >
      ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${choice.label}</option>`)}
    </select>
  </label>
`;

/** A few choices side by side, one of them pressed. */
export const segmented = <T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): TemplateResult => html`
  <span class="segmented" role="group" aria-label=${label}>
    ${choices.map(
      (choice) =>
        html`<button
          aria-pressed=${choice.value === value}
          @click=${() => {
            onChange(choice.value);
          }}
        >
          ${choice.label}
        </button>`,
    )}
  </span>
`;

/** A small command in a row of settings. */
export const action = (label: string, title: string, onClick: () => void): TemplateResult =>
  html`<button class="action" title=${title} @click=${onClick}>${label}</button>`;

/** A setting that is on or off. */
export const toggle = (label: string, title: string, on: boolean, onChange: (on: boolean) => void): TemplateResult => html`
  <button
    class="action"
    title=${title}
    aria-pressed=${on}
    @click=${() => {
      onChange(!on);
    }}
  >
    ${label}
  </button>
`;

export interface TextBox {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  /** Called on Enter, also when nothing was changed. */
  readonly onEnter: (value: string) => void;
}

export const textBox = ({ id, label, placeholder, value, onEnter }: TextBox): TemplateResult => html`
  <input
    id=${id}
    class="box"
    type="text"
    spellcheck="false"
    autocomplete="off"
    dir="auto"
    aria-label=${label}
    title=${label}
    placeholder=${placeholder}
    .value=${value}
    @keydown=${(event: KeyboardEvent) => {
      // Enter that ends a composition chooses a character; it is not meant for the box.
      if (event.key === "Enter" && !event.isComposing) onEnter((event.target as HTMLInputElement).value);
    }}
  />
`;

export interface TextArea {
  /** What it is for; also found as `data-field`. */
  readonly field: string;
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  readonly busy: boolean;
  readonly onInput: (value: string) => void;
  /** Called on Enter: what is written here is one line, however long. */
  readonly onSave: (value: string) => void;
  /** Called on Escape. */
  readonly onCancel: () => void;
}

/** A box for words that may fill several lines; it grows with them. */
export const textArea = ({
  field,
  label,
  value,
  maxLength,
  busy: waits,
  onInput,
  onSave,
  onCancel,
}: TextArea): TemplateResult => html`
  <textarea
    class="box"
    dir="auto"
    rows="1"
    data-field=${field}
    aria-label=${label}
    maxlength=${maxLength}
    ?readonly=${waits}
    .value=${live(value)}
    @input=${(event: Event) => {
      onInput((event.target as HTMLTextAreaElement).value);
    }}
    @keydown=${(event: KeyboardEvent) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") onSave((event.target as HTMLTextAreaElement).value);
      else onCancel();
    }}
  ></textarea>
`;

/** A list to choose any number of; none chosen means all. */
export const checklist = (
  label: string,
  choices: readonly Choice<string>[],
  chosen: readonly string[],
  onChange: (chosen: readonly string[]) => void,
): TemplateResult => html`
  <details class="menu">
    <summary>${label}: ${chosen.length === 0 ? "all" : chosen.length > 2 ? chosen.length : chosen.join(", ")}</summary>
    <div role="group" aria-label=${label}>
      ${choices.map(
        (choice) =>
          html`<label
            ><input
              type="checkbox"
              .checked=${chosen.includes(choice.value)}
              @change=${() => {
                const others = chosen.filter((value) => value !== choice.value);
                onChange(others.length < chosen.length ? others : [...chosen, choice.value]);
              }}
            />${choice.label}</label
          >`,
      )}
    </div>
  </details>
`;

/** Drawn here, in the text's colour: the editor's icon font is not at hand in a page. 16 × 16. */
const ICONS = {
  chevron: "M6 4l4 4-4 4",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  nearest: "M8 6.5a1.5 1.5 0 1 0 .01 0M3 3l2 2M13 3l-2 2M3 13l2-2M13 13l-2-2",
  compare: "M2.5 3.5h4v9h-4zM9.5 3.5h4v9h-4z",
  edit: "M10.5 3.5l2 2-7 7-2.5.5.5-2.5zM9 5l2 2",
} as const;

export const icon = (name: keyof typeof ICONS): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${svg`<path d=${ICONS[name]} />`}</svg>`;

/** A command of a row: keys reach it by another way, so it is no stop of its own. `unfolded` is for one that unfolds. */
export const rowAction = (
  name: keyof typeof ICONS,
  label: string,
  onClick: () => void,
  unfolded?: boolean,
): TemplateResult => html`
  <button
    class="row-action"
    tabindex="-1"
    title=${label}
    aria-label=${label}
    aria-expanded=${unfolded ?? nothing}
    @click=${onClick}
  >
    ${icon(name)}
  </button>
`;

/** A small command that is a stop of the keyboard. `edits`: the field that it opens, found as `data-edit`. */
export const iconButton = (name: keyof typeof ICONS, label: string, edits: string, onClick: () => void): TemplateResult => html`
  <button class="row-action" title=${label} aria-label=${label} data-edit=${edits} @click=${onClick}>${icon(name)}</button>
`;
