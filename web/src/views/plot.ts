import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { EpochPoint } from '../state/store.js';

const size = { width: 260, height: 120, left: 28, right: 28, top: 8, bottom: 20 };

/** Loss (its own scale, at the left) and Dice (0…1, at the right) over epochs. */
export function plot(points: readonly EpochPoint[]): TemplateResult {
  const lastEpoch = Math.max(points.at(-1)?.epoch ?? 1, 2);
  const highestLoss = Math.max(...points.map(({ loss }) => loss ?? 0), 1e-9);
  const x = (epoch: number): number => {
    return size.left + ((epoch - 1) / (lastEpoch - 1)) * (size.width - size.left - size.right);
  };
  const y = (part: number): number => size.top + (1 - part) * (size.height - size.top - size.bottom);
  const line = (of: (point: EpochPoint) => number | undefined): string =>
    points
      .flatMap((point) => {
        const value = of(point);
        return value === undefined ? [] : [`${x(point.epoch).toFixed(1)},${y(value).toFixed(1)}`];
      })
      .join(' ');
  const loss = line((point) => point.loss && point.loss / highestLoss);
  const dice = line((point) => point.dice);
  const hasLoss = loss !== '';
  return html`
    <figure class="plot">
      <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label=${inWords(points)}>
        <path class="axes" d="M${size.left} ${y(1)}V${y(0)}H${size.width - size.right}V${y(1)}" />
        ${[0, 0.5, 1].map(
          (part) => svg`<text class="dice" x=${size.width - size.right + 4} y=${y(part) + 3}>${part}</text>
            <path class="grid" d="M${size.left} ${y(part)}H${size.width - size.right}" />`,
        )}
        ${
          hasLoss
            ? svg`<text class="loss" text-anchor="end" x=${size.left - 4} y=${y(1) + 3}>${highestLoss.toPrecision(2)}</text>
              <text class="loss" text-anchor="end" x=${size.left - 4} y=${y(0) + 3}>0</text>`
            : nothing
        }
        <text text-anchor="middle" x=${size.left} y=${size.height - 6}>1</text>
        <text text-anchor="middle" x=${size.width - size.right} y=${size.height - 6}>${lastEpoch}</text>
        <polyline class="loss" points=${loss} />
        <polyline class="dice" points=${dice} />
      </svg>
      <figcaption>
        ${hasLoss ? html`<span class="loss">Loss</span>` : nothing} <span class="dice">Dice</span> per epoch
      </figcaption>
    </figure>
  `;
}

function inWords(points: readonly EpochPoint[]): string {
  const last = points.at(-1);
  const best = Math.max(...points.map(({ dice }) => dice ?? 0));
  const values = [
    last?.loss === undefined ? undefined : `loss ${last.loss.toPrecision(3)}`,
    last?.dice === undefined ? undefined : `Dice ${last.dice.toFixed(3)}`,
  ].filter(Boolean);
  return `Training after epoch ${last?.epoch ?? 0}: ${values.join(', ')}; best Dice ${best.toFixed(3)}`;
}
