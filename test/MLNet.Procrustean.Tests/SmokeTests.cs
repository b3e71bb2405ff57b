namespace MLNet.Procrustean.Tests;
public sealed class SmokeTests { [Test] public void A() => Assert.That(1 + 1, Is.EqualTo(2)); }
