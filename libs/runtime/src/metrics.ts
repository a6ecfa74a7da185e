import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export type InstrumentText = Readonly<{ description?: string; unit?: string }>;
export type Measurement = Readonly<{ value: number; attributes?: Attributes }>;
/** Asked at each scrape. One that throws is left out of it. */
export type GaugeReading = () => number | readonly Measurement[] | Promise<number | readonly Measurement[]>;

/** One service's instruments, as Prometheus text. Keep attribute objects constant: instruments look them up on every call. */
export class Metrics {
  readonly meter: Meter;
  private readonly reader = new PrometheusExporter({ preventServerStart: true });
  private readonly serializer = new PrometheusSerializer('', false, undefined, false, true);
  private readonly provider: MeterProvider;

  constructor({ service }: Readonly<{ service: string }>) {
    this.provider = new MeterProvider({ resource: resourceFromAttributes({ 'service.name': service }), readers: [this.reader] });
    this.meter = this.provider.getMeter('holdpoint');
  }

  /** The text ends the name in `_total`. */
  counter(name: string, text: InstrumentText = {}): Counter {
    return this.meter.createCounter(name, text);
  }

  /** `buckets`: upper bounds, rising. */
  histogram(name: string, buckets: readonly number[], text: InstrumentText = {}): Histogram {
    return this.meter.createHistogram(name, { ...text, advice: { explicitBucketBoundaries: [...buckets] } });
  }

  gauge(name: string, reading: GaugeReading, text: InstrumentText = {}): void {
    this.meter.createObservableGauge(name, text).addCallback(async (result) => {
      const now = await reading();
      if (typeof now === 'number') result.observe(now);
      else for (const { value, attributes } of now) result.observe(value, attributes);
    });
  }

  async prometheusText(): Promise<string> {
    const { resourceMetrics } = await this.reader.collect();
    return this.serializer.serialize(resourceMetrics);
  }

  async close(): Promise<void> {
    await this.provider.shutdown();
  }
}
