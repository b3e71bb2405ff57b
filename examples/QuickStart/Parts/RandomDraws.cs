namespace QuickStart.Parts;

internal static class RandomDraws
{
    extension(Random random)
    {
        public float Between(double low, double high) => (float)(low + ((high - low) * random.NextDouble()));

        public float Angle() => random.Between(0, 2 * Math.PI);

        public T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

        public double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(random.Angle());
    }
}
